// What the designer does to a definition: weights that sum to 100, bands, ranges that
// cover every number exactly once. All in whole hundredths and thousandths.
import type { Band, Definition, Indicator, Scoring, ScoreRange, TemplateItem } from './types'

export const full = 10_000

export const weightSum = (items: Pick<TemplateItem, 'weight'>[]) =>
  items.reduce((sum, item) => sum + Number(item.weight), 0)

/** Gives what is missing to 100 to the items in equal parts, the first ones a hundredth more. */
export function distributeRest(weights: number[]): number[] {
  const rest = full - weights.reduce((sum, weight) => sum + weight, 0)
  if (rest <= 0 || weights.length === 0) return weights
  // Items without a weight wait for one; when there are none, all take their part.
  const wanting = weights.map((weight, index) => (weight === 0 ? index : -1)).filter((index) => index >= 0)
  const takers = wanting.length ? wanting : weights.map((_, index) => index)
  const part = Math.floor(rest / takers.length)
  const extra = rest - part * takers.length
  const next = [...weights]
  takers.forEach((index, n) => (next[index] = next[index]! + part + (n < extra ? 1 : 0)))
  return next
}

/** Scales the weights to 100 by largest remainder, so that the sum is exact. */
export function normalize(weights: number[]): number[] {
  const sum = weights.reduce((total, weight) => total + weight, 0)
  if (sum === 0) return distributeRest(weights)
  const scaled = weights.map((weight) => ({
    whole: Math.floor((weight * full) / sum),
    rest: (weight * full) % sum,
  }))
  let left = full - scaled.reduce((total, part) => total + part.whole, 0)
  const byRest = scaled.map((_, index) => index).sort((a, b) => scaled[b]!.rest - scaled[a]!.rest || a - b)
  const next = scaled.map((part) => part.whole)
  for (const index of byRest) {
    if (left-- <= 0) break
    next[index]!++
  }
  return next
}

/** Where a band ends: the next better band's beginning, 100 for the best. */
export const upperBound = (bands: Band[], index: number) =>
  index === 0 ? full : Number(bands[index - 1]!.minScore)

/** A new item: a copy of the library's entry, without a weight. */
export function itemOf(indicator: Indicator): TemplateItem {
  return {
    indicatorCode: indicator.code,
    nameZh: indicator.nameZh,
    nameEn: indicator.nameEn,
    category: indicator.category,
    kind: indicator.kind,
    unit: indicator.unit,
    dataSource: indicator.dataSource,
    weight: '0',
    scoring: scoringOf(indicator.scoring),
    formula: '',
    missing: '',
    missingScore: '0',
    periodMonths: 0,
  }
}

/** A new indicator that is computed from the others; its code is the next free one. */
export function formulaItem(items: TemplateItem[], nameZh: string, nameEn: string): TemplateItem {
  let n = 1
  while (items.some((item) => item.indicatorCode === `formula_${n}`)) n++
  return {
    indicatorCode: `formula_${n}`,
    nameZh: `${nameZh} ${n}`,
    nameEn: `${nameEn} ${n}`,
    category: 'past_performance',
    kind: 'formula',
    unit: '',
    dataSource: '',
    weight: '0',
    scoring: {
      ranges: [
        { to: '0', score: '0' },
        { from: '0', score: '10000' },
      ],
      options: [],
    },
    formula: '',
    missing: '',
    missingScore: '0',
    periodMonths: 0,
  }
}

/** Months that a rating of the grade holds where the template does not say. */
const presetMonths: Record<string, number> = { A: 12, B: 6, C: 3, D: 3 }
export const validity = (band: Band) => band.validMonths || (presetMonths[band.grade] ?? 0)

export const scoringOf = (scoring: Scoring | null | undefined): Scoring => ({
  ranges: (scoring?.ranges ?? []).map((range) => ({ ...range })),
  options: (scoring?.options ?? []).map((option) => ({ ...option })),
})

export const definitionOf = (definition: Definition | null | undefined): Definition => ({
  items: (definition?.items ?? []).map((item) => ({ ...item, scoring: scoringOf(item.scoring) })),
  bands: ['A', 'B', 'C', 'D'].map((grade) => ({
    ...(definition?.bands.find((band) => band.grade === grade) ?? {
      grade,
      minScore: '0',
      maxCreditAmount: '0',
      maxOverdueAmount: '0',
      maxOverdueDays: 0,
      validMonths: 0,
    }),
  })),
})

/** One line of the range editor: up to `to` (not included), the last one open. */
export interface Step {
  to: string
  score: string
}

/** Ranges as their upper ends: what a person edits can then neither overlap nor leave a gap. */
export const stepsOf = (ranges: ScoreRange[]): Step[] =>
  ranges.map((range, index) => ({
    to: index === ranges.length - 1 ? '' : (range.to ?? ''),
    score: range.score,
  }))

export function rangesOf(steps: Step[]): ScoreRange[] {
  return steps.map((step, index) => {
    const from = index === 0 ? '' : steps[index - 1]!.to
    const to = index === steps.length - 1 ? '' : step.to
    return { ...(from !== '' ? { from } : {}), ...(to !== '' ? { to } : {}), score: step.score || '0' }
  })
}

/** Index of the first step whose end is missing or not above the one before; -1 when all are sound. */
export function badStep(steps: Step[]): number {
  for (let index = 0; index < steps.length - 1; index++) {
    const to = steps[index]!.to
    if (to === '') return index
    if (index > 0 && BigInt(to) <= BigInt(steps[index - 1]!.to)) return index
  }
  return -1
}

/** How good a made-up customer is, for the preview. */
export type Sample = 'good' | 'middle' | 'poor'

/** Values of a made-up customer: the option or range of that rank by score. */
export function sampleValue(item: TemplateItem, sample: Sample): { number?: string; choice?: string } {
  if (item.kind === 'formula') return {}
  const at = (count: number) => ({ good: 0, middle: Math.floor((count - 1) / 2), poor: count - 1 })[sample]
  if (item.kind === 'choice') {
    const byScore = [...(item.scoring?.options ?? [])].sort((a, b) => Number(b.score) - Number(a.score))
    return byScore.length ? { choice: byScore[at(byScore.length)]!.code } : {}
  }
  const byScore = [...(item.scoring?.ranges ?? [])].sort((a, b) => Number(b.score) - Number(a.score))
  const range = byScore[at(byScore.length)]
  if (!range) return {}
  if (range.from !== undefined) return { number: range.from }
  if (range.to === undefined) return { number: '0' }
  return { number: BigInt(range.to) > 0n ? '0' : (BigInt(range.to) - 1000n).toString() }
}
