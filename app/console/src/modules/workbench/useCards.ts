// The workbench's cards, part by part.
import { useInfiniteQuery } from '@tanstack/vue-query'
import { unwrap } from '@/api/client'
import { tenantKey } from '@/api/keys'
import { useApi, useTenantSlug } from '@/api/session'

const pageSize = 6

export function useMyCustomers() {
  const api = useApi()
  const tenant = useTenantSlug()
  return useInfiniteQuery({
    queryKey: tenantKey(tenant, 'customers', 'cards'),
    queryFn: ({ pageParam }) =>
      unwrap(
        api.GET('/v1/workbench/customers', {
          params: { query: { cursor: pageParam || undefined, pageSize } },
        }),
      ),
    initialPageParam: '',
    getNextPageParam: (last) => last.nextCursor || undefined,
  })
}

export function useMyProjects() {
  const api = useApi()
  const tenant = useTenantSlug()
  return useInfiniteQuery({
    queryKey: tenantKey(tenant, 'projects', 'cards'),
    queryFn: ({ pageParam }) =>
      unwrap(
        api.GET('/v1/workbench/projects', {
          params: { query: { cursor: pageParam || undefined, pageSize } },
        }),
      ),
    initialPageParam: '',
    getNextPageParam: (last) => last.nextCursor || undefined,
  })
}
