import { useQuery } from '@tanstack/vue-query'
import { computed } from 'vue'
import { unwrap } from '@/api/client'
import { tenantKey } from '@/api/keys'
import { useApi, useTenantSlug } from '@/api/session'

/** The saved segments and the dimensions that there are. */
export function useSegments() {
  const api = useApi()
  const tenant = useTenantSlug()
  const segments = useQuery({
    queryKey: computed(() => tenantKey(tenant, 'segments', 'list')),
    queryFn: () => unwrap(api.GET('/v1/segments')),
  })
  const dimensions = useQuery({
    queryKey: computed(() => tenantKey(tenant, 'segments', 'dimensions')),
    queryFn: () => unwrap(api.GET('/v1/segment-dimensions')),
  })
  return { segments, dimensions }
}
