import type { components } from '@/api/schema'
import type { Tone } from '@/kit/status'

type Statement = components['schemas']['Statement']

export const views = ['live', 'open', 'late', 'submitted', 'reconciled', 'cancelled', 'all'] as const
export const evidences = ['unsigned', 'signed', 'sealed'] as const

/** What a person has to know first: a state of the way, or that its time is over. */
export function standing(row: Statement, today: string): string {
  if (row.status !== 'open') return row.status
  if (row.escalatedOn) return 'escalated'
  if (row.obstacleUntil && row.obstacleUntil >= today) return 'hindered'
  return row.deadline < today ? 'late' : 'open'
}

const tones: Record<string, Tone> = {
  open: 'warning',
  late: 'danger',
  escalated: 'danger',
  hindered: 'neutral',
  submitted: 'primary',
  reconciled: 'success',
}
export const standingTone = (word: string): Tone => tones[word] ?? 'neutral'
export const evidenceTone = (evidence: string): Tone => (evidence === 'unsigned' ? 'neutral' : 'success')

/** Days after the deadline of one that waits for its signature; 0 otherwise. */
export function lateDays(row: Statement, today: string): number {
  if (row.status !== 'open' || !today) return 0
  return Math.max(0, Math.round((Date.parse(today) - Date.parse(row.deadline)) / 86_400_000))
}
