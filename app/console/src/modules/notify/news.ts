// News as text and as a place in the console; the bell and the inbox share it.
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/vue-query'
import { computed, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { useRouter } from 'vue-router'
import { unwrap } from '@/api/client'
import { hqKey, tenantKey } from '@/api/keys'
import type { components } from '@/api/schema'
import { useApi, useTenantSlug } from '@/api/session'

export type News = components['schemas']['Notification']

export const tenantKinds = [
  'approval.arrived',
  'approval.reminder',
  'approval.overdue',
  'approval.decided',
  'approval.returned',
  'approval.escalated',
  'follow_up.opened',
  'follow_up.reminder',
  'follow_up.overdue',
  'promise.broken',
  'warning.raised',
  'warning.assigned',
  'warning.late',
  'customer.frozen',
  'customer.unfrozen',
  'negative.published',
  'negative.changed',
  'negative.removed',
  'negative.repeated',
  'negative.refused',
  'negative.answered',
  'exemption.decided',
  'limit.ending',
  'quota.asked',
  'quota.answered',
  'rating.lapsed',
  'order.held',
  'order.released',
  'supply_stop.late',
  'statement.reminder',
  'statement.overdue',
  'statement.submitted',
  'statement.refused',
  'statement.reconciled',
  'dunning.written',
  'letter.issued',
  'erp.stopped',
  'erp.failing',
] as const
const groupKinds = [
  'negative.proposed',
  'negative.objected',
  'negative.repaired',
  'negative.review',
  'exemption.asked',
  'quota.asked',
  'quota.lent',
  'application.submitted',
] as const

/** Whose news the page shows: those of the subsidiary, or of HQ outside of one. */
export function useNewsSide() {
  const api = useApi()
  const tenant = useTenantSlug()
  const key = (domain: string, ...rest: unknown[]) =>
    tenant ? tenantKey(tenant, domain, ...rest) : hqKey(domain, ...rest)
  const place = (name: 'inbox' | 'notification-preferences') =>
    tenant ? { name, params: { tenant } } : { name: `hq-${name}` }
  return { api, tenant, hq: !tenant, kinds: tenant ? tenantKinds : groupKinds, key, place }
}

/** Text and place of a piece of news; the bell loads its texts with its panel. */
export function useNewsWords() {
  const { t, te } = useI18n()
  const router = useRouter()
  const { tenant, place } = useNewsSide()
  const kind = (name: string) => (te(`notify.news.kind.${name}`) ? t(`notify.news.kind.${name}`) : name)
  const text = (news: News) => {
    const parts = { ...news.parts }
    for (const name of ['trigger', 'class', 'status', 'reason', 'state', 'claim']) {
      if (te(`notify.news.word.${name}.${parts[name]}`))
        parts[name] = t(`notify.news.word.${name}.${parts[name]}`)
    }
    if (news.kind === 'letter.issued') parts.kind = t(`notify.news.letter.${parts.kind}`)
    if (te(`notify.news.severity.${parts.severity}`))
      parts.severity = t(`notify.news.severity.${parts.severity}`)
    if (news.kind.startsWith('warning.')) {
      // The names of warnings are the monitor's; the bell loads them with its panel.
      parts.kind = te(`monitor.kind.${parts.kind}`) ? t(`monitor.kind.${parts.kind}`) : kind(news.kind)
    }
    return te(`notify.news.text.${news.kind}`) ? t(`notify.news.text.${news.kind}`, parts) : kind(news.kind)
  }
  const to = (news: News) =>
    router.hasRoute(news.route)
      ? { name: news.route, params: tenant ? { tenant, ...news.params } : news.params, query: news.query }
      : place('inbox')
  return { kind, text, to }
}

/** A person's news, part by part; refreshed while it is looked at. */
export function useNews(filter: Ref<{ view: string; kind: string; size: number }>) {
  const { api, hq, key } = useNewsSide()
  const list = useInfiniteQuery({
    queryKey: computed(() => key('news', { ...filter.value })),
    queryFn: ({ pageParam }) => {
      const query = {
        view: filter.value.view || undefined,
        kind: filter.value.kind || undefined,
        cursor: pageParam || undefined,
        pageSize: filter.value.size,
      }
      return unwrap(
        hq
          ? api.GET('/v1/hq/notifications', { params: { query } })
          : api.GET('/v1/notifications', { params: { query } }),
      )
    },
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
  const { api, hq, key } = useNewsSide()
  const client = useQueryClient()
  return useMutation({
    mutationFn: (ids: string[] | 'all') => {
      const body = ids === 'all' ? { all: true } : { ids }
      return unwrap(
        hq ? api.POST('/v1/hq/notifications:read', { body }) : api.POST('/v1/notifications:read', { body }),
      )
    },
    onSuccess: () => client.invalidateQueries({ queryKey: key('news') }),
  })
}
