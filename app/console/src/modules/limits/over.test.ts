import { expect, test } from 'vitest'
import { changeOf, granted, overOf, type Position } from './over'

const position: Position = {
  kind: 'amount',
  standing: '1000',
  temporary: '200',
  used: '0',
  grade: 'B',
  gradeMaximum: '2000',
  refuses: false,
  reduced: false,
  pending: [],
}

test('what is in force', () => {
  expect(granted(position)).toBe(1200n)
  expect(granted({ ...position, kind: 'none', standing: '0' })).toBe(200n)
  expect(granted({ ...position, kind: 'unlimited' })).toBeNull()
  expect(granted({ ...position, kind: '' })).toBeNull()
})

test('over the line from the first fen, and never where somebody gets less', () => {
  const reason = (p: Position, after: bigint | null, before: bigint | null = 1000n) =>
    overOf(p, after, before)?.reason
  expect(reason(position, 2000n)).toBeUndefined()
  expect(reason(position, 2001n)).toBe('ABOVE_GRADE_MAXIMUM')
  expect(reason(position, null)).toBe('ABOVE_GRADE_MAXIMUM')
  expect(reason({ ...position, gradeMaximum: undefined }, 1001n)).toBe('UNRATED')
  expect(reason({ ...position, gradeMaximum: undefined }, 999n)).toBeUndefined()
  const capped = { ...position, quota: { name: '集团', amount: '1500', used: '0' } }
  expect(reason(capped, 1501n)).toBe('ABOVE_GROUP_QUOTA')
  expect(reason(position, 2500n, 3000n)).toBeUndefined()
  expect(reason(position, 2500n, null)).toBeUndefined()
  expect(reason({ ...position, reduced: true }, 9000n)).toBeUndefined()
})

test('the change in basis points', () => {
  expect(changeOf(1000n, 1250n)).toBe(2500)
  expect(changeOf(1000n, 0n)).toBe(-10_000)
  expect(changeOf(0n, 5n)).toBeNull()
  expect(changeOf(null, 5n)).toBeNull()
})
