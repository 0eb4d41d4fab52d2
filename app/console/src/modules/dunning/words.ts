import { useI18n } from 'vue-i18n'
import type { Tone } from '@/kit/status'

/** Over which ways a letter to a customer can go. */
export const customerChannels = ['mail', 'aliyun_sms', 'tencent_sms'] as const

export const outcomeTone = (outcome: string): Tone =>
  (
    ({ written: 'success', no_address: 'danger', no_channel: 'danger', paused: 'warning' }) as Record<
      string,
      Tone
    >
  )[outcome] ?? 'neutral'
export const stateTone = (state: string): Tone =>
  (({ sent: 'success', waiting: 'primary', failed: 'danger', no_address: 'danger' }) as Record<string, Tone>)[
    state
  ] ?? 'neutral'

/** A level in words: three days before due, on the due date, seven days overdue. */
export function useLevelWords() {
  const { t } = useI18n()
  return (days: number) =>
    days < 0
      ? t('dunning.level.before', { days: -days })
      : days > 0
        ? t('dunning.level.after', { days })
        : t('dunning.level.on')
}
