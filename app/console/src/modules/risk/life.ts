import { computed, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import type { components } from '@/api/schema'
import type { Tone } from '@/kit/status'
import { date, inYuan } from '@/lib/format'

type Event = components['schemas']['Event']

export const severities = ['notice', 'serious', 'critical']
const severityTones: Record<string, Tone> = { notice: 'neutral', serious: 'warning', critical: 'danger' }
export const severityTone = (severity: string): Tone => severityTones[severity] ?? 'neutral'

const statusTones: Record<string, Tone> = {
  in_approval: 'warning',
  proposed: 'warning',
  asked: 'warning',
  granted: 'success',
  refused: 'danger',
  open: 'warning',
  accepted: 'success',
  expired: 'neutral',
}
/** The tone of a listing's, a claim's or an exemption's state; undefined leaves it to the kit. */
export const lifeTone = (status: string): Tone | undefined => statusTones[status]

const eventTones: Record<string, Tone> = {
  proposed: 'warning',
  published: 'danger',
  objected: 'warning',
  repair_reported: 'warning',
  repair_accepted: 'success',
  objection_upheld: 'success',
  removed: 'success',
}

/** A business date some days ahead of today, YYYY-MM-DD. */
export function daysAhead(days: number): string {
  const at = new Date()
  at.setDate(at.getDate() + days)
  const pad = (n: number) => String(n).padStart(2, '0')
  return `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}`
}

/** The history of a listing for the timeline, the newest first. */
export function useHistory(events: Ref<Event[] | undefined>) {
  const { t, locale } = useI18n()
  return computed(() =>
    (events.value ?? [])
      .map((event) => ({
        at: event.at ?? undefined,
        title: t(`risk.event.${event.kind}`),
        actor: [event.subsidiaryName || t(`risk.eventBy.${event.by}`), event.person]
          .filter(Boolean)
          .join(' · '),
        text: [
          event.severity && t(`risk.severity.${event.severity}`),
          event.reviewOn && t('risk.reviewBy', { date: date(event.reviewOn, locale.value) }),
          event.amount !== '0' && inYuan(event.amount, locale.value),
          event.note,
        ]
          .filter(Boolean)
          .join(' · '),
        tone: eventTones[event.kind],
      }))
      .reverse(),
  )
}
