// Display rules of ui.md 4.2. All take the locale, none reads global state, so that
// they can be tested and used in print routes.
import { fenToDecimal } from './money'

/** Shown for a value that is absent; zero is shown as zero. */
export const missing = '—'
/** Shown for a value that exists but that the reader may not see. */
export const withheld = '•••'

const zone = 'Asia/Shanghai'
const isChinese = (locale: string) => locale.startsWith('zh')

// Intl formats a decimal string exactly (ES2023), but its TypeScript signature wants a number.
const exact = (format: Intl.NumberFormat, decimal: string) => format.format(decimal as unknown as number)

/** Money in yuan with two decimals, for tables: 5,123,400,550.00; another currency shows its code: USD 12.00 */
export function yuan(fen: string | null | undefined, locale: string, currency = 'CNY'): string {
  if (fen === null || fen === undefined || fen === '') return missing
  const format = new Intl.NumberFormat(locale, { minimumFractionDigits: 2, maximumFractionDigits: 2 })
  const amount = exact(format, fenToDecimal(fen, 'yuan', 2))
  return currency && currency !== 'CNY' ? `${currency} ${amount}` : amount
}

/** Money with its unit, for sentences and facts that stand under no heading: 1,200.00 元, in English ¥1,200.00 */
export function inYuan(fen: string | null | undefined, locale: string, currency = 'CNY'): string {
  const amount = yuan(fen, locale, currency)
  if (amount === missing || (currency && currency !== 'CNY')) return amount
  if (isChinese(locale)) return `${amount} 元`
  return amount.startsWith('-') ? `-¥${amount.slice(1)}` : `¥${amount}`
}

/** Money in wan, for limits: 300 */
export function wan(fen: string | null | undefined, locale: string): string {
  if (fen === null || fen === undefined || fen === '') return missing
  return exact(new Intl.NumberFormat(locale, { maximumFractionDigits: 4 }), fenToDecimal(fen, 'wan'))
}

/** Money for key figures, rounded half up: 128.46 亿元, in English ¥12.85B; other currencies with their code. */
export function compactMoney(fen: string | null | undefined, locale: string, currency = 'CNY'): string {
  if (fen === null || fen === undefined || fen === '') return missing
  const steps = isChinese(locale)
    ? ([
        [10n, '亿'],
        [6n, '万'],
        [2n, ''],
      ] as const)
    : ([
        [11n, 'B'],
        [8n, 'M'],
        [5n, 'K'],
        [2n, ''],
      ] as const)
  const value = BigInt(fen)
  const size = value < 0n ? -value : value
  const step = steps.find(([power]) => size >= 10n ** power) ?? steps[steps.length - 1]!
  const divisor = 10n ** step[0]
  const hundredths = (size * 100n + divisor / 2n) / divisor
  const decimal = `${value < 0n ? '-' : ''}${hundredths / 100n}.${(hundredths % 100n).toString().padStart(2, '0')}`
  const number = exact(
    new Intl.NumberFormat(locale, { minimumFractionDigits: 2, maximumFractionDigits: 2 }),
    decimal,
  )
  if (isChinese(locale)) return `${number} ${step[1]}${currency === 'CNY' ? '元' : ` ${currency}`}`
  if (currency !== 'CNY') return `${currency} ${number}${step[1]}`
  return (number.startsWith('-') ? '-¥' + number.slice(1) : '¥' + number) + step[1]
}

/** Basis points as a percentage with one decimal: 1650 is 16.5% */
export function percent(basisPoints: number | string | null | undefined, locale: string): string {
  if (basisPoints === null || basisPoints === undefined || basisPoints === '') return missing
  return new Intl.NumberFormat(locale, {
    style: 'percent',
    minimumFractionDigits: 1,
    maximumFractionDigits: 1,
  }).format(Number(basisPoints) / 10_000)
}

/** A change in basis points with arrow and sign: ▲ +8.3% */
export function change(basisPoints: number, locale: string): string {
  const text = new Intl.NumberFormat(locale, {
    style: 'percent',
    minimumFractionDigits: 1,
    maximumFractionDigits: 1,
    signDisplay: 'exceptZero',
  }).format(basisPoints / 10_000)
  if (basisPoints === 0) return text
  return (basisPoints > 0 ? '▲ ' : '▼ ') + text
}

/** Scores travel as hundredths of a point: 8550 is 85.5 */
export function score(hundredths: number | string | null | undefined, locale: string): string {
  if (hundredths === null || hundredths === undefined || hundredths === '') return missing
  return new Intl.NumberFormat(locale, { maximumFractionDigits: 2 }).format(Number(hundredths) / 100)
}

/** Volume travels as thousandths of m³; shown with at most two decimals, without the unit. */
export function volume(thousandths: string | null | undefined, locale: string): string {
  if (thousandths === null || thousandths === undefined || thousandths === '') return missing
  return new Intl.NumberFormat(locale, { maximumFractionDigits: 2 }).format(Number(thousandths) / 1000)
}

/** A count or a number of days. */
export function integer(value: number | string | null | undefined, locale: string): string {
  if (value === null || value === undefined || value === '') return missing
  return exact(new Intl.NumberFormat(locale, { maximumFractionDigits: 0 }), String(value))
}

function parts(instant: Date, withTime: boolean): Record<string, string> {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    ...(withTime ? { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' as const } : {}),
  })
  return Object.fromEntries(format.formatToParts(instant).map((part) => [part.type, part.value]))
}

/** A business date (2026-11-21) or an instant, as a day in Shanghai: 2026-11-21, in English Nov 21, 2026. */
export function date(value: string | Date | null | undefined, locale: string): string {
  if (!value) return missing
  const businessDate = typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value)
  const instant = businessDate ? new Date(value + 'T12:00:00+08:00') : new Date(value)
  if (Number.isNaN(instant.getTime())) return missing
  if (!isChinese(locale)) {
    return new Intl.DateTimeFormat(locale, { timeZone: zone, dateStyle: 'medium' }).format(instant)
  }
  const p = parts(instant, false)
  return `${p.year}-${p.month}-${p.day}`
}

/** An instant with minutes in Shanghai: 2026-11-21 17:40 */
export function dateTime(value: string | Date | null | undefined, locale: string): string {
  if (!value) return missing
  const instant = new Date(value)
  if (Number.isNaN(instant.getTime())) return missing
  if (!isChinese(locale)) {
    return new Intl.DateTimeFormat(locale, {
      timeZone: zone,
      dateStyle: 'medium',
      timeStyle: 'short',
    }).format(instant)
  }
  const p = parts(instant, true)
  return `${p.year}-${p.month}-${p.day} ${p.hour}:${p.minute}`
}

/** The time of an instant in Shanghai: 17:40, in English 5:40 PM. */
export function timeOfDay(value: string | Date | null | undefined, locale: string): string {
  if (!value) return missing
  const instant = new Date(value)
  if (Number.isNaN(instant.getTime())) return missing
  if (!isChinese(locale))
    return new Intl.DateTimeFormat(locale, { timeZone: zone, timeStyle: 'short' }).format(instant)
  const p = parts(instant, true)
  return `${p.hour}:${p.minute}`
}

/** Today's business date in Shanghai, for the defaults of date fields. */
export function today(now: Date): string {
  const p = parts(now, false)
  return `${p.year}-${p.month}-${p.day}`
}

/** Dates and bare figures in a text of the server, as the reader writes them: 1184210.13 / 20700.000 m³ · 2026-11-23 */
export function figuresIn(words: string, locale: string): string {
  const localized = isChinese(locale) ? words.replace(/ CNY\b/g, ' 元').replace(/ m³/g, ' 方') : words
  return localized.replace(
    /\d{4}-\d{2}-\d{2}|(?<![\d.])\d+\.\d{2,3}(?![\d.])|(?<![\d.])\d{4,}(?![\d.])/g,
    (found) => {
      if (found.includes('-')) return date(found, locale)
      const digits = /\.\d{2}$/.test(found) ? 2 : 0
      return exact(
        new Intl.NumberFormat(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits || 3 }),
        found,
      )
    },
  )
}

/** A unified social credit code in groups of 8-9-1 for reading; copied plain. */
export function uscc(code: string | null | undefined): string {
  if (!code) return missing
  if (code.length !== 18) return code
  return `${code.slice(0, 8)}\u2009${code.slice(8, 17)}\u2009${code.slice(17)}`
}

/** A number of bytes for people: 3.2 MB */
export function bytes(count: number, locale: string): string {
  const units = ['B', 'KB', 'MB', 'GB']
  let value = count
  let unit = 0
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024
    unit++
  }
  return `${new Intl.NumberFormat(locale, { maximumFractionDigits: unit ? 1 : 0 }).format(value)} ${units[unit]}`
}
