// What happened to a customer, a project or an owner, in groups: by the day in the
// subsidiary's zone, and by what it is about.
import type { Tone } from '@/kit/status'
import type { CustomerEvent } from './types'

/** The first word of an event's kind: approval.approved is about an approval. */
export const eventGroups = {
  customers: [
    'customer',
    'approval',
    'rating',
    'limit',
    'shared_limit',
    'collateral',
    'order',
    'document',
    'project',
    'contract',
    'statement',
    'receipt',
    'payment',
    'dispute',
    'receivable',
    'overdue',
    'dunning',
    'dunning_letter',
    'follow_up',
    'agreement',
    'letter',
    'supply_stop',
    'account',
    'warning',
    'relation',
    'finding',
    'negative',
  ],
  projects: [
    'project',
    'limit',
    'order',
    'document',
    'contract',
    'statement',
    'receipt',
    'receivable',
    'agreement',
    'letter',
    'supply_stop',
  ],
  owners: ['owner', 'project', 'finding', 'negative'],
} as const
export const groupOf = (event: CustomerEvent) => event.kind.split('.')[0] ?? ''

export interface Day {
  day: string
  events: CustomerEvent[]
}
/** Keeps the order of the events; they come newest first. */
export function byDay(events: CustomerEvent[]): Day[] {
  const days: Day[] = []
  for (const event of events) {
    const day = event.on
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
  'overdue.began': 'danger',
  'overdue.cleared': 'success',
  'order.held': 'warning',
  'order.refused': 'danger',
  'order.released': 'success',
  'order.cleared': 'success',
  'payment.applied': 'success',
  'payment.written_off': 'danger',
  'payment.reversed': 'warning',
  'dispute.opened': 'warning',
  'dispute.resolved': 'success',
  'finding.seen': 'danger',
  'finding.ended': 'success',
  'negative.listed': 'danger',
  'negative.removed': 'success',
  'customer.deactivated': 'danger',
  'customer.reactivated': 'success',
  'dunning.written': 'warning',
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
    case 'contract':
      return { route: 'contract', id: event.ref }
    case 'statement':
      return event.kind === 'statement.day_set'
        ? null
        : { route: 'statement', id: event.ref, permission: 'receivable.read' }
    case 'dispute':
      return { route: 'receivable', id: event.ref, permission: 'receivable.read' }
    case 'relation':
      return { tab: 'related' }
    case 'finding':
      return { tab: 'registry' }
    case 'overdue':
    case 'payment':
      return { tab: 'receivables' }
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
