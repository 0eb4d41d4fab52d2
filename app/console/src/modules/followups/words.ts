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

/** The page where an agreed action is done, filled in with what was agreed. */
export function placeOf(row: {
  action: string
  customerId: string
  plannedAmount: string
  startsOn: string
  dueOn: string
  reason: string
}) {
  const amount = row.plannedAmount === '0' ? undefined : row.plannedAmount
  const agreed = { amount, reason: row.reason }
  switch (row.action) {
    case 'limit_adjustment':
      return { name: 'limit-adjust', params: { id: row.customerId }, query: agreed }
    case 'temporary_limit':
      return {
        name: 'customer',
        params: { id: row.customerId },
        query: { ...agreed, apply: 'temporary', startsOn: row.startsOn, endsOn: row.dueOn },
      }
    case 'stop_preparation':
      return { name: 'supply-stops', query: { prepare: row.customerId } }
    case 'formal_stop':
      return { name: 'supply-stops' }
    case 'collection':
      return { name: 'dunning-letters' }
  }
}
export const actTone = (act: string): Tone =>
  (({ done: 'success', missed: 'danger', waiting: 'primary' }) as Record<string, Tone>)[act] ?? 'neutral'

export const statusTone = (status: string): Tone =>
  (({ open: 'warning', submitted: 'primary', agreed: 'success' }) as Record<string, Tone>)[status] ??
  'neutral'
export const promiseTone = (promise: string): Tone =>
  (({ kept: 'success', broken: 'danger', waiting: 'primary' }) as Record<string, Tone>)[promise] ?? 'neutral'
