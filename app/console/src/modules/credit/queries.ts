// Requests that more than one credit page makes.
import { useQuery } from '@tanstack/vue-query'
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import { unwrap } from '@/api/client'
import { tenantKey } from '@/api/keys'
import { useApi, usePermissions, useTenantSlug } from '@/api/session'

export function useIndicators() {
  const api = useApi()
  const tenant = useTenantSlug()
  return useQuery({
    queryKey: tenantKey(tenant, 'indicators'),
    queryFn: () => unwrap(api.GET('/v1/indicators')),
    staleTime: 5 * 60_000,
  })
}

export function useTemplates() {
  const api = useApi()
  const tenant = useTenantSlug()
  return useQuery({
    queryKey: tenantKey(tenant, 'templates', 'list'),
    queryFn: () => unwrap(api.GET('/v1/rating-templates')),
  })
}

/** The submission that waits for a decision on this subject, to link to it; undefined without one. */
export function usePendingApproval(subjectId: MaybeRefOrGetter<string>, waiting: MaybeRefOrGetter<boolean>) {
  const api = useApi()
  const tenant = useTenantSlug()
  const { can } = usePermissions()
  const query = useQuery({
    queryKey: computed(() => tenantKey(tenant, 'approvals', 'of', toValue(subjectId))),
    queryFn: () => unwrap(api.GET('/v1/approvals', { params: { query: { box: 'all', pageSize: 100 } } })),
    enabled: computed(() => toValue(waiting) && can('approval.read')),
  })
  return computed(() =>
    query.data.value?.approvals.find(
      (approval) => approval.subjectId === toValue(subjectId) && approval.status === 'pending',
    ),
  )
}
