import { describe, expect, test } from 'vitest'
import { againOf, factsOf, flagsOf, type Approval } from './facts'

const account = {
  grade: 'B',
  limit_kind: 'amount',
  standing_limit: '1000',
  temporary_limit: '0',
  receivable: '900',
  reserved: '50',
  overdue: '0',
  overdue_days: 0,
  as_of: '2026-11-21',
}
const rating = (changes: object) =>
  ({
    kind: 'rating',
    facts: { account, new: { grade: 'B' }, old: null, values: [], ...changes },
  }) as unknown as Approval

describe('submitting anew', () => {
  const returned = (kind: string, status = 'returned') =>
    ({ id: 'a', kind, status, customerId: 'c', subjectId: 's' }) as unknown as Approval
  test('what came back leads to the page where it is submitted', () => {
    expect(againOf(returned('rating'))).toMatchObject({ route: 'rate', id: 'c' })
    expect(againOf(returned('customer_change', 'rejected'))).toMatchObject({
      query: { edit: '1', from: 'a' },
    })
    expect(againOf(returned('rating_template', 'withdrawn'))).toMatchObject({ route: 'template', id: 's' })
  })
  test('what waits or was approved does not', () => {
    expect(againOf(returned('rating', 'pending'))).toBeNull()
    expect(againOf(returned('rating', 'approved'))).toBeNull()
  })
})

describe('facts of a submission', () => {
  test('an unknown kind has none, and no flags', () => {
    const odd = { kind: 'something_new', facts: {} } as unknown as Approval
    expect(factsOf(odd)).toBeNull()
    expect(flagsOf(odd)).toEqual([])
  })
  test('a sound customer has no flags', () => {
    expect(flagsOf(rating({}))).toEqual([])
  })
  test('overdue, over the limit and a falling grade are each named', () => {
    expect(flagsOf(rating({ account: { ...account, overdue: '1' } }))).toEqual(['overdue'])
    expect(flagsOf(rating({ account: { ...account, reserved: '101' } }))).toEqual(['overLimit'])
    expect(flagsOf(rating({ new: { grade: 'C' }, old: { grade: 'B' } }))).toEqual(['gradeFalls'])
    expect(flagsOf(rating({ new: { grade: 'A' }, old: { grade: 'B' } }))).toEqual([])
  })
  test('what is delivered, reconciled and drawn counts, and advances do not', () => {
    const parts = { delivered: '300', reconciled: '20', drafts: '1', advances: '500', exposure: '771' }
    expect(flagsOf(rating({ account: { ...account, ...parts } }))).toEqual([])
    expect(flagsOf(rating({ account: { ...account, ...parts, exposure: '1001' } }))).toEqual(['overLimit'])
  })
  test('a customer without a limit is not over it', () => {
    expect(flagsOf(rating({ account: { ...account, limit_kind: 'none', standing_limit: '0' } }))).toEqual([])
  })
})
