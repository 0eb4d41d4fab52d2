// What happened to a customer, in groups: by the day in Shanghai, and by what it is about.
import { date } from '@/lib/format'
import type { Tone } from '@/kit/status'
import type { CustomerEvent } from './types'

/** The first word of an event's kind: approval.approved is about an approval. */
export const eventGroups = [
  'customer',
  'approval',
  'rating',
  'limit',
  'collateral',
  'document',
  'project',
  'receipt',
  'receivable',
  'agreement',
  'letter',
  'supply_stop',
  'account',
  'follow_up',
  'warning',
] as const
export const groupOf = (event: CustomerEvent) => event.kind.split('.')[0] ?? ''

/** Known by its day alone: the ledger has no hours. */
export const isOfDay = (event: CustomerEvent) => ['receipt', 'receivable'].includes(groupOf(event))

export interface Day {
  day: string
  events: CustomerEvent[]
}
/** Keeps the order of the events; they come newest first. */
export function byDay(events: CustomerEvent[]): Day[] {
  const days: Day[] = []
  for (const event of events) {
    const day = date(event.at, 'zh-CN')
    const last = days.at(-1)
    if (last?.day === day) last.events.push(event)
    else days.push({ day, events: [event] })
  }
  return days
}

const tones: Record<string, Tone> = {
  'approval.approved': 'success',
  'rating.effective': 'success',
  'limit.effective': 'success',
  'receipt.received': 'success',
  'collateral.active': 'success',
  'collateral.ended': 'warning',
  'approval.rejected': 'danger',
  'receivable.overdue': 'danger',
  'agreement.stage': 'danger',
  'supply_stop.stopped': 'danger',
  'supply_stop.resumed': 'success',
  'account.frozen': 'danger',
  'account.unfrozen': 'success',
  'warning.raised': 'warning',
  'approval.returned': 'warning',
  'customer.revealed': 'warning',
  'approval.submitted': 'primary',
}
export const toneOfEvent = (event: CustomerEvent): Tone => tones[event.kind] ?? 'neutral'

/** Where more stands about an event: a route's name with its id, or a tab of the customer. */
export function placeOf(
  event: CustomerEvent,
): { route: string; id: string; permission?: string } | { tab: string; view?: string } | null {
  switch (groupOf(event)) {
    case 'approval':
      return { route: 'approvals', id: event.ref, permission: 'approval.read' }
    case 'rating':
      return { route: 'rating', id: event.ref, permission: 'rating.read' }
    case 'agreement':
      return { route: 'agreement', id: event.ref, permission: 'limit.read' }
    case 'project':
      return { route: 'project', id: event.ref }
    case 'limit':
      return { tab: 'ratings' }
    case 'document':
      return { tab: 'papers' }
    case 'receipt':
      return { tab: 'receivables' }
    case 'receivable':
      return { tab: 'receivables', view: 'overdue' }
  }
  return null
}
