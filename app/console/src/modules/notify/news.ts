// News as text and as a place in the console; the bell and the inbox share it.
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/vue-query'
import { computed, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { useRouter } from 'vue-router'
import { unwrap } from '@/api/client'
import { tenantKey } from '@/api/keys'
import type { components } from '@/api/schema'
import { useApi, useTenantSlug } from '@/api/session'

export type News = components['schemas']['Notification']

export const kinds = [
  'approval.reminder',
  'approval.overdue',
  'warning.raised',
  'statement.reminder',
  'statement.overdue',
  'rating.lapsed',
  'dunning.written',
  'letter.issued',
  'erp.stopped',
] as const

/** Text and place of a piece of news; its texts are in the menu's file, always loaded. */
export function useNewsWords() {
  const { t, te } = useI18n()
  const router = useRouter()
  const tenant = useTenantSlug()
  const kind = (name: string) => (te(`menu.notify.kind.${name}`) ? t(`menu.notify.kind.${name}`) : name)
  const text = (news: News) => {
    const parts = { ...news.parts }
    if (news.kind === 'letter.issued') parts.kind = t(`menu.notify.letter.${parts.kind}`)
    if (news.kind === 'warning.raised') {
      parts.severity = t(`menu.notify.severity.${parts.severity}`)
      // The names of warnings are the monitor's; the bell loads them with its panel.
      parts.kind = te(`monitor.kind.${parts.kind}`) ? t(`monitor.kind.${parts.kind}`) : kind(news.kind)
    }
    return te(`menu.notify.text.${news.kind}`) ? t(`menu.notify.text.${news.kind}`, parts) : kind(news.kind)
  }
  const to = (news: News) =>
    router.hasRoute(news.route)
      ? { name: news.route, params: { tenant, ...news.params }, query: news.query }
      : { name: 'inbox', params: { tenant } }
  return { kind, text, to }
}

/** A person's news, part by part; refreshed while it is looked at. */
export function useNews(filter: Ref<{ view: string; kind: string; size: number }>) {
  const api = useApi()
  const tenant = useTenantSlug()
  const list = useInfiniteQuery({
    queryKey: computed(() => tenantKey(tenant, 'news', { ...filter.value })),
    queryFn: ({ pageParam }) =>
      unwrap(
        api.GET('/v1/notifications', {
          params: {
            query: {
              view: filter.value.view || undefined,
              kind: filter.value.kind || undefined,
              cursor: pageParam || undefined,
              pageSize: filter.value.size,
            },
          },
        }),
      ),
    initialPageParam: '',
    getNextPageParam: (last) => last.nextCursor || undefined,
    refetchInterval: 60_000,
  })
  const items = computed(() => list.data.value?.pages.flatMap((page) => page.notifications ?? []) ?? [])
  const unread = computed(() => list.data.value?.pages[0]?.unread ?? 0)
  return { list, items, unread }
}

/** Marks news as read: those named, or all. */
export function useMarkRead() {
  const api = useApi()
  const tenant = useTenantSlug()
  const client = useQueryClient()
  return useMutation({
    mutationFn: (ids: string[] | 'all') =>
      unwrap(api.POST('/v1/notifications:read', { body: ids === 'all' ? { all: true } : { ids } })),
    onSuccess: () => client.invalidateQueries({ queryKey: tenantKey(tenant, 'news') }),
  })
}
