import { describe, expect, test } from 'vitest'
import { bodyOf, draftFaults, draftOf, minutesOf, type Policy } from './draft'

const policy = {
  version: '3',
  workStart: 540,
  workEnd: 1080,
  daysOff: ['2026-10-02', '2026-10-01'],
  daysWorked: [],
  comments: [{ use: 'reject', text: 'why' }],
  stepUp: ['write_off'],
} as unknown as Policy

describe('settings of approvals', () => {
  test('go there and back, with what is set elsewhere', () => {
    const draft = draftOf(policy)
    expect(draft).toMatchObject({
      bounded: false,
      start: '09:00',
      end: '18:00',
      daysOff: ['2026-10-01', '2026-10-02'],
    })
    expect(bodyOf(draft, policy)).toMatchObject({
      version: '3',
      presetAuthority: undefined,
      workStart: 540,
      workEnd: 1080,
      stepUp: ['write_off'],
    })
    expect(draftFaults(draft)).toEqual({})
  })
  test('a time of day is hours and minutes', () => {
    expect(['8:30', '24:00', '24:01', '9', '09:60'].map(minutesOf)).toEqual([510, 1440, null, null, null])
  })
  test('faults are named where they are', () => {
    expect(draftFaults({ ...draftOf(policy), start: '9', end: 'x' })).toEqual({ start: 'time', end: 'time' })
    expect(draftFaults({ ...draftOf(policy), end: '09:30' })).toEqual({ end: 'short' })
    expect(draftFaults({ ...draftOf(policy), bounded: true })).toEqual({ amount: 'amount' })
    expect(draftFaults({ ...draftOf(policy), comments: [{ use: 'approve', text: ' ' }] })).toEqual({
      comments: 'comment',
    })
  })
})
