import { describe, expect, test } from 'vitest'
import { byDay, placeOf } from './events'
import type { CustomerEvent } from './types'

const event = (kind: string, at: string, ref = 'r', on = '') => ({
  id: kind + at,
  kind,
  at,
  on,
  clock: '',
  ref,
  actor: '',
  parts: {},
  codes: {},
})

describe('events of a customer', () => {
  test('a day is what the subsidiary calls one, and the order stays', () => {
    const events: CustomerEvent[] = [
      event('rating.effective', '2026-11-21T17:00:00Z', 'r', '2026-11-21'), // in London
      event('customer.changed', '2026-11-21T15:59:00Z', 'r', '2026-11-21'),
      event('customer.created', '2026-11-20T23:30:00Z', 'r', '2026-11-20'),
    ]
    expect(byDay(events).map((day) => [day.day, day.events.map((one) => one.kind)])).toEqual([
      ['2026-11-21', ['rating.effective', 'customer.changed']],
      ['2026-11-20', ['customer.created']],
    ])
  })
  test('each leads to its page or tab, and what has none leads nowhere', () => {
    expect(placeOf(event('approval.returned', ''))).toMatchObject({ route: 'approvals', id: 'r' })
    expect(placeOf(event('receivable.overdue', ''))).toEqual({ tab: 'receivables', view: 'overdue' })
    expect(placeOf(event('customer.changed', ''))).toBeNull()
    expect(placeOf(event('something.new', ''))).toBeNull()
  })
})
