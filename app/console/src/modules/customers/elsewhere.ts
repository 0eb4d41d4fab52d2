// What the other subsidiaries have with a company besides grades (000-90): how far their
// agreements have come, and in which band their exposure lies. Never an amount.
import { useI18n } from 'vue-i18n'
import { compactMoney } from '@/lib/format'
import type { CustomerHistory } from './types'

export function useElsewhere() {
  const { t, locale } = useI18n()
  const money = (fen: string) => compactMoney(fen, locale.value)

  function exposure({ exposureFrom: from, exposureTo: to }: CustomerHistory): string {
    if (from === '0' && to === '0') return t('kit.elsewhere.nothing')
    if (to === '0') return t('kit.elsewhere.above', { from: money(from) })
    if (from === '0') return t('kit.elsewhere.below', { to: money(to) })
    return t('kit.elsewhere.between', { from: money(from), to: money(to) })
  }
  const stage = (history: CustomerHistory) => t(`kit.elsewhere.stage.${history.worstStage || 'none'}`)
  return { exposure, stage }
}
