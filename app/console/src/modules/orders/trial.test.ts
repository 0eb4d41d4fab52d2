import { expect, test } from 'vitest'
import { byReason, deliverable, volumeOf, type Remedy, type Trial } from './trial'

const decision = (outcome: string, reasons: { code: string; actual: string; bound: string }[] = []) => ({
  outcome,
  reasons: reasons.map((one) => ({ ...one, action: outcome, released: false })),
})
const trial = (order: object, dispatch: object = decision('allow')) =>
  ({ order, dispatch, remedies: [] }) as unknown as Trial

test('of an order above a limit the rest still goes on, by the tightest limit', () => {
  const over = decision('hold', [
    { code: 'OVER_LIMIT', actual: '120', bound: '100' },
    { code: 'GROUP_QUOTA', actual: '130', bound: '100' },
  ])
  expect(deliverable(trial(over), '50')).toBe('20')
  expect(deliverable(trial(decision('allow'), over), '50')).toBe('20')
  expect(deliverable(trial(over), '10')).toBe('0')
  expect(deliverable(trial(decision('allow')), '50')).toBe('50')
})

test('what concerns the customer himself stops a smaller order too', () => {
  const frozen = decision('block', [{ code: 'FROZEN', actual: '0', bound: '0' }])
  expect(deliverable(trial(frozen), '50')).toBeNull()
})

test('a part of the amount is that part of the volume, never more', () => {
  expect(volumeOf('20', '50', '10001')).toBe('4000')
  expect(volumeOf('20', '50', '0')).toBe('0')
})

test('ways out stand under their reason', () => {
  const remedy = (code: string, kind: string) => ({ code, kind, amount: '0', roles: [] }) as Remedy
  const grouped = byReason([remedy('A', 'payment'), remedy('B', 'rating'), remedy('A', 'release')])
  expect(grouped.map((one) => [one.code, one.ways.length])).toEqual([
    ['A', 2],
    ['B', 1],
  ])
})
