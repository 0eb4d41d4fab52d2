// What several pages of HQ's register ask for.
import { useQuery } from '@tanstack/vue-query'
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import { apiFor, unwrap } from '@/api/client'
import { hqKey } from '@/api/keys'

export function useApplications(status: MaybeRefOrGetter<string> = '') {
  return useQuery({
    queryKey: computed(() => hqKey('applications', toValue(status))),
    queryFn: () =>
      unwrap(apiFor('').GET('/v1/hq/applications', { params: { query: { status: toValue(status) } } })),
    refetchInterval: 30_000,
  })
}
