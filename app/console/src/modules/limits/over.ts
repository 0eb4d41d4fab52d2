// The one rule on what is over the line, as the form applies it while somebody types; the
// server judges by the same (biz/limit Ceiling.Over).
import type { components } from '@/api/schema'

export type Position = components['schemas']['LimitPosition']
export interface Over {
  reason: 'ABOVE_GRADE_MAXIMUM' | 'ABOVE_GROUP_QUOTA' | 'UNRATED'
  /** Fen; empty without a figure. */
  maximum: string
}

/** What is in force altogether, in fen; null without bound, and for a project without a limit. */
export const granted = (position: Position): bigint | null =>
  position.kind === 'unlimited' || position.kind === ''
    ? null
    : position.kind === 'none'
      ? BigInt(position.temporary)
      : BigInt(position.standing) + BigInt(position.temporary)

/**
 * What a new total goes over; null for nothing. after is null without bound, before what
 * is compared with: who gets less is not asked.
 */
export function overOf(position: Position, after: bigint | null, before: bigint | null): Over | null {
  if (position.reduced || before === null || (after !== null && after < before)) return null
  const { gradeMaximum, quota } = position
  if (gradeMaximum === undefined || gradeMaximum === null) return { reason: 'UNRATED', maximum: '' }
  if (after === null || after > BigInt(gradeMaximum))
    return { reason: 'ABOVE_GRADE_MAXIMUM', maximum: gradeMaximum }
  if (quota && after > BigInt(quota.amount)) return { reason: 'ABOVE_GROUP_QUOTA', maximum: quota.amount }
  return null
}

/** The change in basis points, to the nearest; null where there is nothing to measure by. */
export const changeOf = (before: bigint | null, after: bigint | null): number | null =>
  before === null || after === null || before <= 0n ? null : Number(((after - before) * 10_000n) / before)
