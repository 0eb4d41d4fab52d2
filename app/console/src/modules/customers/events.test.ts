import { describe, expect, test } from 'vitest'
import { byDay, placeOf } from './events'
import type { CustomerEvent } from './types'

const event = (kind: string, at: string, ref = 'r') => ({
  id: kind + at,
  kind,
  at,
  ref,
  actor: '',
  parts: {},
  codes: {},
})

describe('events of a customer', () => {
  test('a day is a day in Shanghai, and the order stays', () => {
    const events: CustomerEvent[] = [
      event('rating.effective', '2026-11-21T17:00:00Z'), // 22nd, one in the morning
      event('customer.changed', '2026-11-21T15:59:00Z'), // 21st, one minute before midnight
      event('customer.created', '2026-11-21T01:00:00Z'),
    ]
    expect(byDay(events).map((day) => [day.day, day.events.map((one) => one.kind)])).toEqual([
      ['2026-11-22', ['rating.effective']],
      ['2026-11-21', ['customer.changed', 'customer.created']],
    ])
  })
  test('each leads to its page or tab, and what has none leads nowhere', () => {
    expect(placeOf(event('approval.returned', ''))).toMatchObject({ route: 'approvals', id: 'r' })
    expect(placeOf(event('receivable.overdue', ''))).toEqual({ tab: 'receivables', view: 'overdue' })
    expect(placeOf(event('customer.changed', ''))).toBeNull()
    expect(placeOf(event('something.new', ''))).toBeNull()
  })
})
