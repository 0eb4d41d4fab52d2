// Sums of the subsidiary; the workbench and the overview read the same answer.
import { useQuery } from '@tanstack/vue-query'
import { computed } from 'vue'
import { unwrap } from '@/api/client'
import { tenantKey } from '@/api/keys'
import { useApi, usePermissions, useTenantSlug } from '@/api/session'

export function useOverview() {
  const api = useApi()
  const tenant = useTenantSlug()
  const { can } = usePermissions()
  return useQuery({
    queryKey: tenantKey(tenant, 'receivables', 'overview'),
    queryFn: () => unwrap(api.GET('/v1/receivables:overview')),
    enabled: computed(() => can('overview.read')),
  })
}
