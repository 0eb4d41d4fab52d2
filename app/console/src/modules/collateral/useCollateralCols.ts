import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import { useTenantSlug } from '@/api/session'
import type { Col } from '@/kit/table'
import { date, today } from '@/lib/format'
import { standing, type Collateral } from './collateral'

/** The columns of a list of collateral; with the customer where the list is of several. */
export function useCollateralCols(id: string, ofSeveral: boolean) {
  const { t, locale } = useI18n()
  const tenant = useTenantSlug()
  const customer: Col<Collateral> = {
    key: 'customerName',
    label: t('collateral.customer'),
    minWidth: 200,
    card: 'title',
    to: (row) => ({
      name: 'customer',
      params: { tenant, id: row.customerId },
      query: { tab: 'collateral' },
    }),
  }
  const cols = computed<Col<Collateral>[]>(() => [
    ...(ofSeveral ? [customer] : []),
    {
      key: 'kind',
      label: t('collateral.kindLabel'),
      width: 110,
      value: (row) => t(`collateral.kind.${row.kind}`),
      card: ofSeveral ? 'meta' : 'title',
    },
    { key: 'providerName', label: t('collateral.provider'), minWidth: 170 },
    { key: 'referenceNo', label: t('collateral.reference'), minWidth: 130 },
    {
      key: 'status',
      label: t('collateral.statusLabel'),
      minWidth: 120,
      text: (row) =>
        standing(row, today(new Date()))
          .map((key) => t(key))
          .join(' · '),
    },
    { key: 'guaranteedAmount', label: t('collateral.col.guaranteed'), type: 'wan', minWidth: 130 },
    {
      key: 'appraisedAmount',
      label: t('collateral.col.appraised'),
      type: 'wan',
      minWidth: 130,
      hidden: true,
    },
    { key: 'rate', label: t('collateral.rate'), type: 'percent', width: 90 },
    { key: 'cover', label: t('collateral.col.cover'), type: 'wan', minWidth: 130, card: 'value' },
    { key: 'startsOn', label: t('collateral.startsOn'), type: 'date', width: 120, hidden: true },
    {
      key: 'endsOn',
      label: t('collateral.endsOn'),
      minWidth: 120,
      value: (row) => (row.endsOn ? date(row.endsOn, locale.value) : t('collateral.noEnd')),
      text: (row) => row.endsOn || t('collateral.noEnd'),
    },
  ])
  return { id, cols }
}
