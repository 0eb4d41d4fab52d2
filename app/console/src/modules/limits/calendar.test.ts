import { describe, expect, it } from 'vitest'
import { entryTarget, monthAfter } from './calendar'

describe('monthAfter', () => {
  it.each([
    ['2026-11', 0, '2026-11'],
    ['2026-11', 2, '2027-01'],
    ['2026-01', -1, '2025-12'],
    ['2026-12', 12, '2027-12'],
  ])('%s and %i months is %s', (month, step, want) => expect(monthAfter(month, step)).toBe(want))
})

describe('entryTarget', () => {
  const entry = { id: 'i', customerId: 'c', projectId: '' }
  it.each([
    ['rating_due', '', '/t/a/customers/c/rate'],
    ['paper_expires', '', '/t/a/customers/c?tab=papers'],
    ['paper_expires', 'p', '/t/a/projects/p?tab=papers'],
    ['agreement_review', '', '/t/a/credit/agreements/i'],
    ['collateral_ends', '', '/t/a/customers/c?tab=collateral'],
    ['limit_ends', '', '/t/a/limits/customers/c'],
    ['limit_begins', 'p', '/t/a/limits/customers/c?project=p'],
  ])('%s of project %s', (kind, projectId, want) =>
    expect(entryTarget({ ...entry, kind, projectId }, 'a')).toBe(want),
  )
})
