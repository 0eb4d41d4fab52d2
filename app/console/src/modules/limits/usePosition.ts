// What is in force of a limit, read by each form that asks for more.
import { useQuery } from '@tanstack/vue-query'
import { computed, type Ref } from 'vue'
import { unwrap } from '@/api/client'
import { tenantKey } from '@/api/keys'
import { useApi, useTenantSlug } from '@/api/session'

export function usePosition(customer: Ref<string>, project: Ref<string>, enabled: Ref<boolean>) {
  const api = useApi()
  const tenant = useTenantSlug()
  return useQuery({
    queryKey: computed(() => tenantKey(tenant, 'limits', 'position', customer.value, project.value)),
    queryFn: () =>
      unwrap(
        api.GET('/v1/customers/{customerId}/limit-position', {
          params: { path: { customerId: customer.value }, query: { projectId: project.value } },
        }),
      ),
    enabled,
  })
}
