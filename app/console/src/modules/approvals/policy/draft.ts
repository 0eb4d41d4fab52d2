// The settings of approvals as they are typed, and back.
import type { components } from '@/api/schema'

export type Policy = components['schemas']['ApprovalPolicy']
export interface PolicyDraft {
  bounded: boolean
  /** Fen; '' while nothing is typed. */
  presetAuthority: string
  /** HH:MM */
  start: string
  end: string
  daysOff: string[]
  daysWorked: string[]
  comments: { use: string; text: string }[]
}
export const uses = ['approve', 'reject', 'return'] as const

/** Minutes after midnight as 09:00; midnight at the end of a day is 24:00. */
export const clock = (minutes: number) =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`

/** null for what is no time of day. */
export function minutesOf(typed: string): number | null {
  const match = /^(\d{1,2})[:\uff1a](\d{2})$/.exec(typed.trim())
  if (!match) return null
  const minutes = Number(match[1]) * 60 + Number(match[2])
  return Number(match[2]) < 60 && minutes <= 24 * 60 ? minutes : null
}

export const draftOf = (policy: Policy): PolicyDraft => ({
  bounded: policy.presetAuthority !== undefined && policy.presetAuthority !== null,
  presetAuthority: policy.presetAuthority ?? '',
  start: clock(policy.workStart),
  end: clock(policy.workEnd),
  daysOff: [...policy.daysOff].sort(),
  daysWorked: [...policy.daysWorked].sort(),
  comments: policy.comments.map(({ use, text }) => ({ use, text })),
})

/** What is wrong with it, as text keys below approvals.policy.wrong. */
export function draftFaults(
  draft: PolicyDraft,
): Partial<Record<'start' | 'end' | 'amount' | 'comments', string>> {
  const faults: ReturnType<typeof draftFaults> = {}
  const start = minutesOf(draft.start)
  const end = minutesOf(draft.end)
  if (start === null) faults.start = 'time'
  if (end === null) faults.end = 'time'
  else if (start !== null && end - start < 60) faults.end = 'short'
  if (draft.bounded && draft.presetAuthority === '') faults.amount = 'amount'
  if (draft.comments.some((one) => !one.text.trim())) faults.comments = 'comment'
  return faults
}

export const bodyOf = (draft: PolicyDraft, seen: Policy) => ({
  version: seen.version,
  presetAuthority: draft.bounded ? draft.presetAuthority : undefined,
  workStart: minutesOf(draft.start) ?? 0,
  workEnd: minutesOf(draft.end) ?? 0,
  daysOff: draft.daysOff,
  daysWorked: draft.daysWorked,
  comments: draft.comments.map(({ use, text }) => ({ use, text: text.trim() })),
  // Set in its own card beside the flows.
  stepUp: seen.stepUp,
})
