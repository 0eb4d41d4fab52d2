import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import type { components } from '@/api/schema'
import type { Col } from '@/kit/table'

type Exemption = components['schemas']['Exemption']

/** The columns of a list of exemptions; headquarters sees whose each is. */
export function useExemptionCols(side: 'own' | 'hq') {
  const { t } = useI18n()
  return computed<Col<Exemption>[]>(() => [
    { key: 'companyName', label: t('risk.col.company'), minWidth: 200, card: 'title' },
    ...(side === 'hq'
      ? [{ key: 'subsidiaryName', label: t('risk.exemption.subsidiary'), minWidth: 170 } as Col<Exemption>]
      : []),
    { key: 'uscc', label: t('risk.col.uscc'), type: 'uscc', minWidth: 190, hidden: true },
    { key: 'reason', label: t('risk.exemption.reason'), minWidth: 220 },
    {
      key: 'scopes',
      label: t('risk.exemption.scopes'),
      minWidth: 150,
      value: (row) =>
        row.scopes.map((one) => t(`risk.exemption.scope.${one}`)).join(t('risk.exemption.comma')),
    },
    { key: 'endsOn', label: t('risk.exemption.endsOn'), type: 'date', width: 120 },
    { key: 'askedBy', label: t('risk.exemption.askedBy'), minWidth: 100 },
    { key: 'askedAt', label: t('risk.exemption.askedAt'), type: 'date', width: 120 },
    { key: 'decisionReason', label: t('risk.answer'), minWidth: 160 },
    {
      key: 'status',
      label: t('risk.col.status'),
      minWidth: 190,
      card: 'value',
      text: (row) => t(`risk.exemptionStatus.${row.status}`),
    },
  ])
}

export function useExemptionTabs() {
  const { t } = useI18n()
  return computed(() =>
    ['all', 'asked', 'granted', 'refused', 'revoked'].map((value) => ({
      value,
      label: t(value === 'all' ? 'risk.all' : `risk.exemptionStatus.${value}`),
    })),
  )
}
