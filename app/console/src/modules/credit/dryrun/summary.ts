// The figures of a dry run, out of the answer or out of an approval's facts.
import type { components } from '@/api/schema'

type Schemas = components['schemas']
export type DryRun = Schemas['DryRun']
export type Trial = Schemas['Trial']

export interface Move {
  from: string
  to: string
  customers: number
  fromLimit: string
  toLimit: string
}
export interface Summary {
  windowFrom: string
  asOf: string
  badDays: number
  badAmount: string
  cutoff: string
  customers: number
  scored: number
  unscored: number
  lacking: { name: string; customers: number }[]
  matrix: Move[]
  better: number
  same: number
  worse: number
  first: number
  fromTotal: string
  toTotal: string
  judged: number
  bad: number
  caught: number
  falseAlarms: number
  badUnjudged: number
  /** Basis points; undefined unless there are bad customers and good ones. */
  ks?: number
  auc?: number
}

export function summaryOf(run: DryRun, named: (x: { nameZh: string; nameEn: string }) => string): Summary {
  const s = run.summary!
  return {
    windowFrom: run.windowFrom,
    asOf: run.asOf,
    badDays: run.parameters?.badDays ?? 0,
    badAmount: run.parameters?.badAmount ?? '0',
    cutoff: run.parameters?.cutoff ?? 'D',
    customers: Number(s.customers),
    scored: Number(s.scored),
    unscored: Number(s.unscored),
    lacking: s.lacking.map((one) => ({ name: named(one), customers: Number(one.customers) })),
    matrix: s.matrix.map((one) => ({ ...one, customers: Number(one.customers) })),
    better: Number(s.better),
    same: Number(s.same),
    worse: Number(s.worse),
    first: Number(s.first),
    fromTotal: s.fromTotal,
    toTotal: s.toTotal,
    judged: Number(s.judged),
    bad: Number(s.bad),
    caught: Number(s.caught),
    falseAlarms: Number(s.falseAlarms),
    badUnjudged: Number(s.badUnjudged),
    ks: s.ks === undefined ? undefined : Number(s.ks),
    auc: s.auc === undefined ? undefined : Number(s.auc),
  }
}

/** What the server's package rating writes into the facts of an approval. */
export interface DryRunFacts {
  id: string
  from: string
  as_of: string
  stale: boolean
  parameters: { bad_days: number; bad_amount: string; cutoff: string }
  summary: {
    customers: number
    scored: number
    unscored: number
    lacking: { indicator_code: string; customers: number }[]
    matrix: { from: string; to: string; customers: number; from_limit: string; to_limit: string }[]
    better: number
    same: number
    worse: number
    first: number
    from_total: string
    to_total: string
    judged: number
    bad: number
    caught: number
    false_alarms: number
    bad_unjudged: number
    ks: { num: number; den: number } | null
    auc: { num: number; den: number } | null
  }
}

const basisPoints = (part: { num: number; den: number } | null) =>
  part ? Math.round((part.num * 10_000) / part.den) : undefined

export function summaryOfFacts(facts: DryRunFacts, nameOf: (code: string) => string): Summary {
  const s = facts.summary
  return {
    windowFrom: facts.from,
    asOf: facts.as_of,
    badDays: facts.parameters.bad_days,
    badAmount: facts.parameters.bad_amount,
    cutoff: facts.parameters.cutoff,
    customers: s.customers,
    scored: s.scored,
    unscored: s.unscored,
    lacking: s.lacking.map((one) => ({ name: nameOf(one.indicator_code), customers: one.customers })),
    matrix: s.matrix.map((one) => ({ ...one, fromLimit: one.from_limit, toLimit: one.to_limit })),
    better: s.better,
    same: s.same,
    worse: s.worse,
    first: s.first,
    fromTotal: s.from_total,
    toTotal: s.to_total,
    judged: s.judged,
    bad: s.bad,
    caught: s.caught,
    falseAlarms: s.false_alarms,
    badUnjudged: s.bad_unjudged,
    ks: basisPoints(s.ks),
    auc: basisPoints(s.auc),
  }
}
