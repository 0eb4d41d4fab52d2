// Names of kinds and tones of severities, as several pages show them.
import { useI18n } from 'vue-i18n'
import type { Tone } from '@/kit/status'
import { date, integer, percent, yuan } from '@/lib/format'

export const severities = ['critical', 'serious', 'notice', 'info'] as const

const tones: Record<string, Tone> = { critical: 'danger', serious: 'warning', notice: 'primary' }

export const severityTone = (severity: string): Tone => tones[severity] ?? 'neutral'

const money = new Set(['amount', 'open', 'used', 'limit', 'before', 'now', 'threshold'])
/** Zero says something here: what fell to nothing. Elsewhere it is an amount that was not given. */
const telling = new Set(['now'])
const shares = new Set(['share', 'drop'])

export function useWords() {
  const { t, te, locale } = useI18n()
  const kind = (value: string) => (te(`monitor.kind.${value}`) ? t(`monitor.kind.${value}`) : value)
  const trouble = (value: string) => (te(`monitor.trouble.${value}`) ? t(`monitor.trouble.${value}`) : value)

  /** What is worth showing of the frozen facts, with names and units. */
  function facts(raw: Record<string, unknown> | null | undefined) {
    return Object.entries(raw ?? {})
      .filter(
        ([name, value]) =>
          te(`monitor.fact.${name}`) &&
          value !== null &&
          value !== '' &&
          (value !== '0' || telling.has(name)),
      )
      .map(([name, value]) => {
        let shown = String(value)
        if (money.has(name)) shown = yuan(shown, locale.value)
        else if (shares.has(name)) shown = percent(shown, locale.value)
        else if (name.endsWith('_on') || name.endsWith('_to')) shown = date(shown, locale.value)
        else if (typeof value === 'number') shown = integer(value, locale.value)
        else if (name === 'role' || name === 'field')
          shown = te(`monitor.word.${shown}`) ? t(`monitor.word.${shown}`) : shown
        return { name, label: t(`monitor.fact.${name}`), value: shown }
      })
  }
  return { kind, trouble, facts }
}
