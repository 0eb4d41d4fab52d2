// Changes of a customer's legal data: submitted, waiting, decided.
import { useQuery } from '@tanstack/vue-query'
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import { unwrap } from '@/api/client'
import { tenantKey } from '@/api/keys'
import { useApi, useTenantSlug } from '@/api/session'

export function useChanges(customerId: MaybeRefOrGetter<string>) {
  const api = useApi()
  const tenant = useTenantSlug()
  const id = computed(() => toValue(customerId))
  const query = useQuery({
    queryKey: computed(() => tenantKey(tenant, 'customers', id.value, 'changes')),
    queryFn: () => unwrap(api.GET('/v1/customers/{id}/changes', { params: { path: { id: id.value } } })),
  })
  const changes = computed(() => query.data.value?.changes ?? [])
  return {
    query,
    /** The one that waits for a decision; there is one at most. */
    pending: computed(() => changes.value.find((one) => one.status === 'submitted')),
    closed: computed(() => changes.value.filter((one) => one.status !== 'submitted')),
  }
}
