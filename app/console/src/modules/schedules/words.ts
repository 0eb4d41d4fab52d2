// Words of a schedule: its rhythm, its state.
import { useI18n } from 'vue-i18n'
import type { Tone } from '@/kit/status'
import type { Schedule } from './useSchedules'

const tones: Record<string, Tone> = {
  waiting: 'primary',
  sent: 'success',
  partly: 'warning',
  failed: 'danger',
  empty: 'neutral',
  nobody: 'warning',
  superseded: 'neutral',
}
export const stateTone = (state: string): Tone => tones[state] ?? 'neutral'

export const weekdays = [1, 2, 3, 4, 5, 6, 7]

export function useRhythm() {
  const { t } = useI18n()
  return (timing: Schedule['timing']) => {
    if (!timing) return ''
    const hour = `${String(timing.hour).padStart(2, '0')}:00`
    if (timing.every === 'weekly')
      return t('schedules.rhythm.weekly', { day: t(`schedules.weekday.${timing.weekday}`), hour })
    if (timing.every === 'monthly')
      return timing.day === 0
        ? t('schedules.rhythm.lastDay', { hour })
        : t('schedules.rhythm.monthly', { day: timing.day, hour })
    return t('schedules.rhythm.daily', { hour })
  }
}
