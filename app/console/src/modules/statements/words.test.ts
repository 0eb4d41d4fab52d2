import { describe, expect, it } from 'vitest'
import type { components } from '@/api/schema'
import { lateDays, standing } from './words'

const row = (over: object) =>
  ({
    status: 'open',
    deadline: '2026-05-11',
    escalatedOn: '',
    obstacleUntil: '',
    ...over,
  }) as components['schemas']['Statement']

describe('standing of a statement', () => {
  it('is late the day after its deadline', () => {
    expect(standing(row({}), '2026-05-11')).toBe('open')
    expect(standing(row({}), '2026-05-12')).toBe('late')
    expect(lateDays(row({}), '2026-05-11')).toBe(0)
    expect(lateDays(row({}), '2026-05-14')).toBe(3)
  })
  it('waits while a reason holds, and escalates over it', () => {
    expect(standing(row({ obstacleUntil: '2026-05-20' }), '2026-05-20')).toBe('hindered')
    expect(standing(row({ obstacleUntil: '2026-05-20' }), '2026-05-21')).toBe('late')
    expect(standing(row({ escalatedOn: '2026-05-21' }), '2026-05-21')).toBe('escalated')
  })
  it('is its status once it is not open', () => {
    expect(standing(row({ status: 'submitted', escalatedOn: '2026-05-12' }), '2026-06-01')).toBe('submitted')
    expect(lateDays(row({ status: 'submitted' }), '2026-06-01')).toBe(0)
  })
})
