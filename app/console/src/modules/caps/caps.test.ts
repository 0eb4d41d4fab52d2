import { expect, test } from 'vitest'
import { above, given, lenders, sum, waitsFor, type OwnQuota, type Quota } from './caps'

const quota = (slug: string, changes: Partial<Quota> = {}): Quota => ({
  tenantId: slug,
  slug,
  subsidiary: slug,
  amount: '0',
  committed: '0',
  used: '0',
  limits: '0',
  asOf: '',
  lendable: '0',
  ...changes,
})

test('sums are exact beyond what a float holds, and an empty field counts nothing', () => {
  expect(sum(['9007199254740993', '', '1'])).toBe('9007199254740994')
  expect(given({ amount: '100', free: '-20' })).toBe('120')
})

test('above a quota is only what is in use beyond it', () => {
  expect(above(quota('a', { amount: '100', committed: '130' }))).toBe('30')
  expect(above(quota('a', { amount: '100', committed: '100' }))).toBe('0')
})

test('a request waits for the lender, then for HQ; one to HQ waits for HQ alone', () => {
  expect(waitsFor({ status: 'asked', fromSlug: 'b' })).toBe('lender')
  expect(waitsFor({ status: 'lent', fromSlug: 'b' })).toBe('hq')
  expect(waitsFor({ status: 'asked', fromSlug: '' })).toBe('hq')
  expect(waitsFor({ status: 'moved', fromSlug: 'b' })).toBe('')
})

test('nobody lends to himself or what he has not got; the largest comes first', () => {
  const own = {
    mine: quota('me'),
    cap: {
      quotas: [
        quota('me', { lendable: '900' }),
        quota('small', { lendable: '5' }),
        quota('none'),
        quota('big', { lendable: '9007199254740993' }),
      ],
    },
  } as unknown as OwnQuota
  expect(lenders(own).map((one) => one.slug)).toEqual(['big', 'small'])
})
