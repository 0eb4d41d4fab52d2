import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import type { Col } from '@/kit/table'
import { type Move, waitsFor } from './caps'

/** The columns of a list of requests, and the words of one. */
export function useMoves() {
  const { t } = useI18n()
  const from = (move: Move) => move.fromSubsidiary || t('caps.move.hqFree')
  const status = (move: Move) => {
    const waits = waitsFor(move)
    return waits ? t(`caps.move.waits.${waits}`) : t(`caps.move.status.${move.status}`)
  }
  const cols = computed<Col<Move>[]>(() => [
    { key: 'capName', label: t('caps.name'), minWidth: 120, card: 'title' },
    { key: 'to', label: t('caps.move.to'), minWidth: 110, value: (row) => row.toSubsidiary },
    { key: 'from', label: t('caps.move.from'), minWidth: 120, value: from },
    {
      key: 'amount',
      label: t('caps.move.amount'),
      type: 'money',
      minWidth: 130,
      currency: (row) => row.currency,
      card: 'value',
    },
    { key: 'reason', label: t('caps.move.reason'), minWidth: 160 },
    { key: 'askedBy', label: t('caps.move.askedBy'), minWidth: 100, hidden: true },
    { key: 'askedAt', label: t('caps.move.askedAt'), type: 'datetime', width: 150 },
    { key: 'status', label: t('caps.move.state'), minWidth: 280 },
  ])
  const tabs = computed(() => ['open', 'all'].map((value) => ({ value, label: t(`caps.move.tab.${value}`) })))
  return { cols, tabs, from, status }
}
