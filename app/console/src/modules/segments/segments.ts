// What segments are made of, and how values and ranges are said.
import type { components } from '@/api/schema'
import { compactMoney, integer, percent } from '@/lib/format'

export type Dimension = components['schemas']['SegmentDimension']
export type Choice = components['schemas']['SegmentChoice']
export type Condition = components['schemas']['SegmentCondition']
export type Range = components['schemas']['SegmentRange']
export type Band = components['schemas']['SegmentBand']
export type Segment = components['schemas']['Segment']

/** The value of those who have none. */
export const none = 'none'

type Say = (key: string, named?: Record<string, unknown>) => string

/** In what a dimension is counted, and how many stored units one shown unit is. */
export function unitOf(code: string): 'money' | 'volume' | 'percent' | 'day' | 'month' {
  if (code === 'sales_12_months') return 'money'
  if (code === 'volume_12_months') return 'volume'
  if (code === 'utilization' || code === 'collection_ratio') return 'percent'
  return code === 'overdue_days' ? 'day' : 'month'
}
const scales = { money: 1_000_000, volume: 1000, percent: 100, day: 1, month: 1 }
const decimals = { money: 6, volume: 3, percent: 2, day: 0, month: 0 }

/** What is typed (万元, m³, percent, days, months) as stored units; undefined when it is no such number. */
export function stored(code: string, typed: string): string | undefined {
  const unit = unitOf(code)
  const parts = /^(\d{1,9})(?:\.(\d{1,6}))?$/.exec(typed.trim())
  if (!parts || (parts[2] ?? '').length > decimals[unit]) return undefined
  const digits = decimals[unit]
  return String(BigInt(parts[1]! + (parts[2] ?? '').padEnd(digits, '0')))
}

/** Stored units as they are typed. */
export function typed(code: string, units: string): string {
  return String(Number(units) / scales[unitOf(code)])
}

export function dimensionName(d: Pick<Dimension, 'code' | 'kind' | 'name'>, t: Say): string {
  return d.kind === 'label' ? d.name : t(`segments.dimension.${d.code}`)
}

function amount(code: string, units: string, locale: string, t: Say): string {
  switch (unitOf(code)) {
    case 'money':
      return compactMoney(units, locale)
    case 'volume':
      return t('segments.unit.volume', { count: integer(String(Math.floor(Number(units) / 1000)), locale) })
    case 'percent':
      return percent(units, locale)
    case 'day':
      return t('segments.unit.day', { count: units })
    default:
      return t('segments.unit.month', { count: units })
  }
}

/** Days and months are whole: 1–30 days reads better than 1 to below 31. */
function wholeName(code: string, r: Range, locale: string, t: Say): string {
  const last = String(Number(r.to) - 1)
  const to = amount(code, last, locale, t)
  if (!r.from) return last === '0' ? to : t('segments.range.upTo', { to })
  return r.from === last ? to : t('segments.range.whole', { from: r.from, to })
}

export function rangeName(code: string, r: Range, locale: string, t: Say): string {
  if (r.to && ['day', 'month'].includes(unitOf(code))) return wholeName(code, r, locale, t)
  if (r.from && r.to)
    return t('segments.range.between', {
      from: amount(code, r.from, locale, t),
      to: amount(code, r.to, locale, t),
    })
  if (r.from) return t('segments.range.from', { from: amount(code, r.from, locale, t) })
  if (r.to) return t('segments.range.below', { to: amount(code, r.to, locale, t) })
  return t('segments.range.any')
}

export function choiceName(c: Pick<Choice, 'code' | 'name' | 'nameEn'>, locale: string): string {
  return (locale.startsWith('en') && c.nameEn) || c.name || c.code
}

export function bandName(code: string, b: Band, locale: string, t: Say): string {
  if (b.range) return rangeName(code, b.range, locale, t)
  if (b.value === none) return t('segments.none')
  return choiceName({ code: b.value, name: b.name, nameEn: b.nameEn }, locale)
}

/** One condition in words: 等级：A、B. */
export function conditionName(c: Condition, dimensions: Dimension[], locale: string, t: Say): string {
  const d = dimensions.find((x) => x.code === c.dimension)
  if (!d) return c.dimension
  const values = c.values.map((value) => {
    if (value === none) return t('segments.none')
    const known = d.choices.find((x) => x.code === value)
    return known ? choiceName(known, locale) : value
  })
  const ranges = c.ranges.map((r) => rangeName(c.dimension, r, locale, t))
  return t('segments.condition', {
    name: dimensionName(d, t),
    values: [...values, ...ranges].join(t('segments.or')),
  })
}

/** A range as the value of an option, and back. */
export const rangeKey = (r: Range) => `${r.from ?? ''}~${r.to ?? ''}`
export function rangeOf(key: string): Range {
  const [from, to] = key.split('~')
  return { ...(from ? { from } : {}), ...(to ? { to } : {}) }
}

/** The bands of a number's cuts. */
export function bandsOf(cuts: string[]): Range[] {
  return [undefined, ...cuts].map((from, i) => ({
    ...(from === undefined ? {} : { from }),
    ...(cuts[i] === undefined ? {} : { to: cuts[i] }),
  }))
}
