import { useI18n } from 'vue-i18n'
import { inYuan } from '@/lib/format'
import type { Trigger } from './stages'

/** A trigger in words: overdue 30 days or 10,000.00. */
export function useTriggerText() {
  const { t, locale } = useI18n()
  return (trigger: Trigger): string => {
    const days = trigger.days > 0 ? t('agreements.days', { days: trigger.days }) : ''
    const amount = BigInt(trigger.amount || '0') > 0n ? inYuan(trigger.amount, locale.value) : ''
    if (days && amount) return t(`agreements.join.${trigger.join}`, { days, amount })
    return days || amount
  }
}
