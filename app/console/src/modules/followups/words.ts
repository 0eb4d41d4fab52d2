import type { Tone } from '@/kit/status'

/** The six next actions with the fields that each of them has. */
export const actions = {
  collection: { amount: true, startsOn: false, note: false },
  limit_adjustment: { amount: true, startsOn: false, note: false },
  temporary_limit: { amount: true, startsOn: true, note: false },
  stop_preparation: { amount: false, startsOn: false, note: true },
  formal_stop: { amount: false, startsOn: false, note: true },
  other: { amount: false, startsOn: false, note: true },
} as const
export type Action = keyof typeof actions

/** What was promised; empty for none, which a cell without a tag would otherwise write out. */
export const promiseOf = (row: { promise: string }) => (row.promise === 'none' ? '' : row.promise)

export const statusTone = (status: string): Tone =>
  (({ open: 'warning', submitted: 'primary', agreed: 'success' }) as Record<string, Tone>)[status] ??
  'neutral'
export const promiseTone = (promise: string): Tone =>
  (({ kept: 'success', broken: 'danger', waiting: 'primary' }) as Record<string, Tone>)[promise] ?? 'neutral'
