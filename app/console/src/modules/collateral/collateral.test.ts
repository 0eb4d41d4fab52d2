import { expect, test } from 'vitest'
import { endsSoon, rateOf, worth } from './collateral'

test('what counts is the smaller amount by the rate, rounded down', () => {
  expect(worth('100000', '', 3000)).toBe('30000')
  expect(worth('100000', '60001', 5000)).toBe('30000')
  expect(worth('100000', '900000', 5000)).toBe('50000')
  expect(worth('99', '', 5000)).toBe('49')
  expect(worth('9223372036854775807', '', 10000)).toBe('9223372036854775807')
  expect(worth('', '', 5000)).toBe('')
})
test('the rate of a kind', () => {
  const rates = { version: '0', guarantee: 1, mortgage: 2, pledge: 3, deposit: 4, bankGuarantee: 5 }
  expect(rateOf(rates as never, 'bank_guarantee')).toBe(5)
  expect(rateOf(rates as never, 'mortgage')).toBe(2)
})
test('the last thirty days of what is in force', () => {
  const ends = (endsOn: string, status = 'active') => endsSoon({ status, endsOn }, '2026-11-20')
  expect(ends('2026-12-20')).toBe(true)
  expect(ends('2026-12-21')).toBe(false)
  expect(ends('')).toBe(false)
  expect(ends('2026-11-21', 'released')).toBe(false)
})
