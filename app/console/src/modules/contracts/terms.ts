// Payment terms as a form edits them: shares in percent, steps in m³ or yuan.
import type { components } from '@/api/schema'

export type Terms = components['schemas']['Terms']
export type Clause = components['schemas']['Clause']
export type ClauseKind = 'by_month' | 'by_node' | 'by_volume' | 'by_amount'
export type NodeKind = 'zero_level' | 'floor' | 'topping_out'

export const clauseKinds: ClauseKind[] = ['by_month', 'by_node', 'by_volume', 'by_amount']
export const nodeKinds: NodeKind[] = ['zero_level', 'floor', 'topping_out']

/** A clause of the kind with what the trade usually agrees. */
export function newClause(kind: ClauseKind, taken: Clause[]): Clause {
  let n = taken.length + 1
  while (taken.some((clause) => clause.id === `c${n}`)) n++
  const base: Clause = {
    id: `c${n}`,
    kind,
    share: Math.max(0, Math.min(7000, 10_000 - sharesOf(taken))),
    day: 0,
    monthsAfter: 0,
    nodes: [],
    step: '0',
    days: 10,
  }
  switch (kind) {
    case 'by_month':
      return { ...base, day: 10, monthsAfter: 1, days: 0 }
    case 'by_node':
      return { ...base, nodes: [{ kind: 'topping_out', every: 0 }] }
    case 'by_volume':
      return { ...base, step: '1000000' }
    default:
      return { ...base, step: '100000000' }
  }
}

/** What the clauses take together, in basis points. */
export const sharesOf = (clauses: Clause[]) => clauses.reduce((sum, clause) => sum + clause.share, 0)

/** Percent with up to two decimals as basis points; NaN for anything else. */
export function basisPoints(text: string): number {
  const match = /^(\d{1,3})(?:\.(\d{1,2}))?$/.exec(text.trim())
  return match ? Number(match[1]) * 100 + Number((match[2] ?? '').padEnd(2, '0')) : Number.NaN
}

export const emptyTerms = (): Terms => ({
  clauses: [],
  afterToppingOut: true,
  daysAfterToppingOut: 30,
  daysAfterLastDelivery: 60,
  fallbackDays: 60,
})
