// Where the page stands (level, period) is in the URL; both sides read the same shape.
import { keepPreviousData, useQuery } from '@tanstack/vue-query'
import { computed } from 'vue'
import { useRoute } from 'vue-router'
import { apiFor, unwrap } from '@/api/client'
import { hqKey, tenantKey } from '@/api/keys'
import { number, text, useUrlState } from '@/lib/urlState'

export const reportFields = {
  tab: text('trends'),
  period: text('month'),
  month: text(),
  currency: text(),
  s: text(),
  p: text(),
  c: text(),
  /** A saved segment; HQ knows none. */
  segment: text(),
  sort: text('receivable'),
  page: number(1),
  size: number(20),
}

export function useReport() {
  const route = useRoute()
  const slug = String(route.params.tenant ?? '')
  const hq = slug === ''
  const { values, set } = useUrlState(reportFields, 'page')
  const asked = computed(() => ({
    salespersonId: values.p || undefined,
    customerId: values.c || undefined,
    segmentId: (!hq && values.segment) || undefined,
    period: values.period,
    month: values.month || undefined,
    orderBy: values.sort,
    page: values.page,
    pageSize: values.size,
  }))
  const key = (...parts: unknown[]) =>
    hq ? hqKey('reports', ...parts) : tenantKey(slug, 'reports', ...parts)
  const report = useQuery({
    queryKey: computed(() => key('view', values.s, values.currency, { ...asked.value })),
    queryFn: () =>
      hq
        ? unwrap(
            apiFor('').GET('/v1/hq/reports', {
              params: {
                query: {
                  ...asked.value,
                  tenantId: values.s || undefined,
                  currency: values.currency || undefined,
                },
              },
            }),
          )
        : unwrap(apiFor(slug).GET('/v1/reports', { params: { query: asked.value } })),
    placeholderData: keepPreviousData,
  })
  return { hq, slug, values, set, key, report }
}
