// What the person has to do, part by part; refreshed while the page is looked at.
import { keepPreviousData, useInfiniteQuery } from '@tanstack/vue-query'
import { computed, type Ref } from 'vue'
import { unwrap } from '@/api/client'
import { tenantKey } from '@/api/keys'
import type { components } from '@/api/schema'
import { useApi, useTenantSlug } from '@/api/session'

export type Todo = components['schemas']['Todo']
export const todoClasses = ['approval', 'update', 'warning'] as const

export function useTodos(filter: Ref<{ class: string; kind: string; overdueFirst: boolean }>) {
  const api = useApi()
  const tenant = useTenantSlug()
  const list = useInfiniteQuery({
    queryKey: computed(() => tenantKey(tenant, 'todos', { ...filter.value })),
    queryFn: ({ pageParam }) =>
      unwrap(
        api.GET('/v1/workbench/todos', {
          params: {
            query: {
              class: filter.value.class || undefined,
              kind: filter.value.kind || undefined,
              order: filter.value.overdueFirst ? 'due' : undefined,
              cursor: pageParam || undefined,
              pageSize: 10,
            },
          },
        }),
      ),
    initialPageParam: '',
    getNextPageParam: (last) => last.nextCursor || undefined,
    placeholderData: keepPreviousData,
    refetchInterval: 60_000,
  })
  const counts = computed(() => list.data.value?.pages[0]?.counts ?? [])
  const countOf = (name?: string) =>
    counts.value
      .filter((count) => !name || count.class === name)
      .reduce((sum, count) => ({ total: sum.total + Number(count.total), more: sum.more || count.more }), {
        total: 0,
        more: false,
      })
  const items = computed(() => list.data.value?.pages.flatMap((page) => page.items) ?? [])
  return { list, counts, countOf, items }
}
