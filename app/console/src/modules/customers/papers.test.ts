import { expect, test } from 'vitest'
import { expiryOf } from './papers'

test('a paper is valid on its last day, and said to expire for thirty days', () => {
  expect(expiryOf('', '2026-11-22')).toBe('')
  expect(expiryOf('2026-11-21', '2026-11-22')).toBe('EXPIRED')
  expect(expiryOf('2026-11-22', '2026-11-22')).toBe('EXPIRING')
  expect(expiryOf('2026-12-22', '2026-11-22')).toBe('EXPIRING')
  expect(expiryOf('2026-12-23', '2026-11-22')).toBe('')
})
