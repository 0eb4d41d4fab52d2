import { expect, test } from 'vitest'
import { agingScheme, bucketsOf, share, type Aging } from './aging'

const aging: Aging = {
  currency: 'CNY',
  receivable: '1000',
  overdue: '600',
  notDue: '400',
  months06: '300',
  months612: '200',
  months1224: '60',
  months24: '40',
  days130: '100',
  days3160: '150',
  days6190: '50',
  days91: '300',
  asOf: '2026-11-21',
}

test.each(['months', 'days'] as const)('the buckets of %s add up to the receivable', (scheme) => {
  const sum = bucketsOf(scheme).reduce((total, bucket) => total + BigInt(aging[bucket]), 0n)
  expect(sum.toString()).toBe(aging.receivable)
})

test('a share is exact and absent without a whole', () => {
  expect(share('600', '1000')).toBe(6000)
  expect(share('9000000000000000001', '9000000000000000002')).toBe(9999)
  expect(share('5', '0')).toBeNull()
  expect(share('', '')).toBeNull()
})

test('an unknown scheme in the URL is months', () => {
  expect(agingScheme('days')).toBe('days')
  expect(agingScheme('weeks')).toBe('months')
})
