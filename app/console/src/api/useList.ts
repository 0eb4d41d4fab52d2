// A list by pages: the rows in view, and every row under the same conditions for a file.
import { keepPreviousData, useQuery, type QueryKey } from '@tanstack/vue-query'
import { computed } from 'vue'
import type { LoadRows, PageAt } from '@/kit/exportRows'

interface ListOptions<F, A, R> {
  /** Key of what is shown; the filter and the page are added to it. */
  key: QueryKey
  /** What the list is narrowed and ordered by, without the page. */
  filter: () => F
  at: () => PageAt
  call: (query: F & PageAt, signal?: AbortSignal) => Promise<A>
  rows: (answer: A) => R[]
  enabled?: () => boolean
}

export function useList<F extends object, A extends { total?: string | number }, R>(
  options: ListOptions<F, A, R>,
) {
  const filter = computed(options.filter)
  const query = computed(() => ({ ...filter.value, ...options.at() }))
  const list = useQuery({
    queryKey: computed(() => [...options.key, query.value]),
    queryFn: () => options.call(query.value),
    enabled: computed(() => options.enabled?.() ?? true),
    placeholderData: keepPreviousData,
  })
  // Bound to the filter of now: one that is changed while a file is being made must not
  // reach its later pages.
  const load = computed<LoadRows<R>>(() => {
    const asked = filter.value
    return async (at, signal) => {
      const answer = await options.call({ ...asked, ...at }, signal)
      return {
        rows: options.rows(answer),
        total: answer.total === undefined ? undefined : Number(answer.total),
      }
    }
  })
  return { list, load }
}
