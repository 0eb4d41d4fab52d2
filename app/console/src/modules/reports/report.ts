// The report as the page reads it, of a subsidiary and of HQ alike.
import type { components } from '@/api/schema'
import { compactMoney, missing, percent, yuan } from '@/lib/format'

type Schemas = components['schemas']
export type Report = Schemas['Report']
export type Figure = Schemas['Figure']
export type Point = Schemas['Point']
export type Part = Schemas['Part']
export type Value = Schemas['Value']
export type Sums = Schemas['Sums']

/** Whether a rise of the figure is bad for us. */
export const riseIsBad: Record<string, boolean> = {
  receivable: true,
  overdue: true,
  overdue_ratio: true,
  dso: true,
  disputed: true,
  disputed_overdue: true,
}

export const figureOf = (of: { figures: Figure[] }, key: string): Figure | undefined =>
  of.figures.find((one) => one.key === key)

/** A value in its unit: money short or exact, rates in percent, days with one decimal. */
export function shown(
  value: Value | null | undefined,
  unit: string,
  locale: string,
  currency: string,
  exact = false,
): string {
  if (!value || value.why) return missing
  return amount(value.value, unit, locale, currency, exact)
}

export function amount(value: string, unit: string, locale: string, currency: string, exact = false): string {
  if (unit === 'fen') return exact ? yuan(value, locale, currency) : compactMoney(value, locale, currency)
  if (unit === 'bp') return percent(value, locale)
  return new Intl.NumberFormat(locale, { maximumFractionDigits: 1 }).format(Number(value) / 100)
}

/** A change with arrow and sign: amounts in percent, rates in points, days in days. */
export function moved(
  value: Value | null | undefined,
  unit: string,
  locale: string,
  points: string,
  days: string,
): string {
  if (!value || value.why) return missing
  const n = Number(value.value)
  const arrow = n > 0 ? '▲ ' : n < 0 ? '▼ ' : ''
  const sign = (max: number) => ({
    maximumFractionDigits: max,
    minimumFractionDigits: 1,
    signDisplay: 'exceptZero' as const,
  })
  if (unit === 'fen')
    return arrow + new Intl.NumberFormat(locale, { style: 'percent', ...sign(1) }).format(n / 10_000)
  return `${arrow}${new Intl.NumberFormat(locale, sign(1)).format(n / 100)} ${unit === 'bp' ? points : days}`
}

/** The height of a point: nothing where there is no value. */
export const height = (value: Value | null | undefined): number | null =>
  value && !value.why ? Number(value.value) / 100 : null

/** The last months that can be chosen, newest first: yyyy-MM. */
export function monthsBack(today: string, count: number): string[] {
  const year = Number(today.slice(0, 4))
  const month = Number(today.slice(5, 7))
  return Array.from({ length: count }, (_, back) => {
    const n = year * 12 + month - 1 - back
    return `${Math.floor(n / 12)}-${String((n % 12) + 1).padStart(2, '0')}`
  })
}
