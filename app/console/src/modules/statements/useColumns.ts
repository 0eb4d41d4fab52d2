// Columns of a list of statements, shared by the list and the customer's tab.
import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import type { components } from '@/api/schema'
import { useTenantSlug } from '@/api/session'
import type { Col } from '@/kit/table'
import { date } from '@/lib/format'
import { standing } from './words'

type Statement = components['schemas']['Statement']

/** today decides what is late. */
export function useColumns(today: () => string, ofOne = false) {
  const { t, locale } = useI18n()
  const tenant = useTenantSlug()
  const period = (row: Statement) =>
    `${date(row.periodFrom, locale.value)} – ${date(row.periodTo, locale.value)}`
  const to = (row: Statement) => ({ name: 'statement', params: { tenant, id: row.id } })
  const cols = computed<Col<Statement>[]>(() => [
    { key: 'number', label: t('statements.col.number'), minWidth: 180, card: 'title', to },
    ...(ofOne
      ? []
      : [
          {
            key: 'customerName',
            label: t('statements.col.customer'),
            minWidth: 180,
            to: (row: Statement) => ({ name: 'customer', params: { tenant, id: row.customerId } }),
          },
        ]),
    {
      key: 'period',
      label: t('statements.col.period'),
      minWidth: 190,
      value: period,
      text: (row) => `${row.periodFrom} – ${row.periodTo}`,
    },
    { key: 'contractNo', label: t('statements.col.contract'), minWidth: 130, hidden: !ofOne, card: 'hide' },
    { key: 'volume', label: t('statements.col.volume'), type: 'volume', width: 110 },
    { key: 'amount', label: t('statements.col.amount'), type: 'money', minWidth: 130, card: 'value' },
    {
      key: 'standing',
      label: t('statements.col.status'),
      width: 130,
      text: (row) => t(`statements.standing.${standing(row, today())}`),
    },
    {
      key: 'evidence',
      label: t('statements.col.evidence'),
      width: 100,
      text: (row) => t(`statements.evidence.${row.evidence}`),
    },
    { key: 'deadline', label: t('statements.col.deadline'), type: 'date', width: 150 },
    {
      key: 'invoicedAmount',
      label: t('statements.col.invoiced'),
      type: 'money',
      minWidth: 130,
      hidden: true,
      card: 'hide',
    },
    {
      key: 'salespersonName',
      label: t('statements.col.salesperson'),
      minWidth: 100,
      hidden: !ofOne,
      card: 'hide',
    },
  ])
  return { cols, to, period }
}
