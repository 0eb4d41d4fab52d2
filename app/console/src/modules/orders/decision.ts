// What a decision's figures are: which reasons compare money, which days.
import type { components } from '@/api/schema'
import { integer, inYuan, percent } from '@/lib/format'

type Schemas = components['schemas']
export type Decision = Schemas['Decision']
export type Reason = Schemas['Reason']
export type Facts = Schemas['Facts']
export type Outcome = 'allow' | 'warn' | 'hold' | 'block'

export const outcomes: Outcome[] = ['allow', 'warn', 'hold', 'block']

const moneyReasons = [
  'OVER_LIMIT',
  'NO_LIMIT',
  'OVERDUE_AMOUNT',
  'PROJECT_LIMIT',
  'SHARED_LIMIT',
  'GROUP_QUOTA',
  'NEGATIVE_CAP_ZERO',
  'NEGATIVE_CASH_ONLY',
]
/** Utilization of a limit of zero, beyond every threshold; the server's NoBound. */
const noBound = 1_099_511_627_776n

export interface Comparison {
  actual: string
  /** Empty where nothing bounds it. */
  bound: string
  /** Fen above the bound; empty for days and where there is no bound. */
  over: string
}

/** Figure against bound of a reason; null where the reason has no figures. */
export function comparison(
  reason: Reason,
  currency: string,
  locale: string,
  days: (count: string) => string,
): Comparison | null {
  if (moneyReasons.includes(reason.code)) {
    const over = BigInt(reason.actual) - BigInt(reason.bound)
    const bounded = reason.code !== 'NO_LIMIT'
    return {
      actual: inYuan(reason.actual, locale, currency),
      bound: bounded ? inYuan(reason.bound, locale, currency) : '',
      over: bounded && over > 0n ? inYuan(over.toString(), locale, currency) : '',
    }
  }
  if (reason.code === 'OVERDUE_DAYS') {
    return {
      actual: days(integer(reason.actual, locale)),
      bound: days(integer(reason.bound, locale)),
      over: '',
    }
  }
  if (reason.code === 'UTILIZATION' && BigInt(reason.actual) < noBound) {
    return { actual: percent(reason.actual, locale), bound: percent(reason.bound, locale), over: '' }
  }
  return null
}

export type Way = 'repay' | 'temporary' | 'shared' | 'quota' | 'rate' | 'negative' | 'administrator'

/** The way out that belongs to a reason: get paid, raise the limit, or talk to whoever decided. */
export function wayOut(code: string): Way {
  switch (code) {
    case 'OVER_LIMIT':
    case 'NO_LIMIT':
    case 'PROJECT_LIMIT':
    case 'UTILIZATION':
      return 'temporary'
    case 'SHARED_LIMIT':
      return 'shared'
    case 'GROUP_QUOTA':
      return 'quota'
    case 'UNRATED':
      return 'rate'
    case 'NEGATIVE_LIST':
    case 'RELATED_NEGATIVE_LIST':
    case 'NEGATIVE_CAP_ZERO':
    case 'NEGATIVE_CASH_ONLY':
      return 'negative'
    case 'OVERDUE_AMOUNT':
    case 'OVERDUE_DAYS':
    case 'SUPPLY_STOPPED':
      return 'repay'
    default:
      return 'administrator'
  }
}

const raised: Way[] = ['temporary', 'shared', 'quota']

/** The ways out of a decision, each once; over the limit always has two: get paid, or raise it. */
export function waysOut(decision: Decision): Way[] {
  const stopping = decision.reasons.filter((reason) => reason.action !== 'allow')
  const ways = stopping.flatMap((reason) =>
    raised.includes(wayOut(reason.code)) ? (['repay', wayOut(reason.code)] as const) : [wayOut(reason.code)],
  )
  return [...new Set(ways)]
}
