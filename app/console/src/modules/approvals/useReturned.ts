// What came back from an approver, on the page where its author goes on: named by
// ?from= in the address, which the inbox puts there.
import { useQuery } from '@tanstack/vue-query'
import { computed, watch } from 'vue'
import { useRoute } from 'vue-router'
import { unwrap } from '@/api/client'
import { tenantKey } from '@/api/keys'
import { useApi, useTenantSlug } from '@/api/session'
import { factsOf, type LimitFacts } from './facts'

const turnedDown = ['returned', 'rejected', 'withdrawn']

export function useReturned() {
  const route = useRoute()
  const api = useApi()
  const tenant = useTenantSlug()
  const id = computed(() => (typeof route.query.from === 'string' ? route.query.from : ''))
  const query = useQuery({
    queryKey: computed(() => tenantKey(tenant, 'approvals', 'one', id.value)),
    queryFn: () => unwrap(api.GET('/v1/approvals/{id}', { params: { path: { id: id.value } } })),
    enabled: computed(() => id.value !== ''),
  })
  const approval = computed(() => {
    const one = query.data.value
    return one && one.id === id.value && turnedDown.includes(one.status) ? one : null
  })
  return { approval }
}

/** Fills a form for a limit with what came back, once, before anybody typed. */
export function useReturnedLimit(kind: string, fill: (facts: LimitFacts) => void) {
  const { approval } = useReturned()
  let filled = false
  watch(
    approval,
    (one) => {
      if (filled || !one || one.kind !== kind) return
      const known = factsOf(one)
      if (!known || !('new' in known.facts) || !known.facts.new || !('starts_on' in known.facts.new)) return
      filled = true
      fill(known.facts as LimitFacts)
    },
    { immediate: true },
  )
}
