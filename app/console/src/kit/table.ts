// The one column schema of a list: it drives the table, the cards of the phone, the
// column picker and the export.
import type { InjectionKey, Ref } from 'vue'
import type { RouteLocationRaw } from 'vue-router'
import * as format from '@/lib/format'

export type ColType =
  | 'text'
  | 'money'
  | 'wan'
  | 'number'
  | 'percent'
  | 'score'
  | 'volume'
  | 'date'
  | 'datetime'
  | 'uscc'
  | 'status'
  | 'grade'

/** The currency in which the house keeps its books; the shell provides it. */
export const houseCurrency: InjectionKey<Ref<string>> = Symbol('house currency')

const units = ['money', 'wan', 'volume'] as const
export type Unit = (typeof units)[number]

/** The unit that a heading still has to name: none where its text names one, or where each amount carries its currency. */
export function unitOf<R>(col: Col<R>, rows: R[], house: string): Unit | undefined {
  const unit = units.find((one) => one === col.type)
  if (!unit || /[(\uff08]/.test(col.label)) return undefined
  if (unit === 'volume') return unit
  const plain = col.currency ? rows.every((row) => (col.currency!(row) || 'CNY') === 'CNY') : house === 'CNY'
  return plain ? unit : undefined
}

export interface Col<R> {
  /** Name of the field in the row, of the slot `cell-<key>` and of the sort field. */
  key: string
  /** Heading; the table adds the unit of money and volume where the text has none in brackets. */
  label: string
  type?: ColType
  /** The raw value; row[key] otherwise. Money in fen, percent in basis points, score in hundredths. */
  value?: (row: R) => string | number | null | undefined
  /** Currency of a money column; one that is not CNY is shown with its code. */
  currency?: (row: R) => string
  /** Makes the value a link. */
  to?: (row: R) => RouteLocationRaw | undefined
  width?: number
  minWidth?: number
  sortable?: boolean
  /** Place on the phone's card; meta otherwise. */
  card?: 'title' | 'value' | 'meta' | 'hide'
  /** Hidden until chosen in the column picker. */
  hidden?: boolean
  /** What the cell of an exported file says, where that is not the raw value: words of a drawn cell. */
  text?: (row: R) => string
  /** Holds buttons and nothing to take out. */
  controls?: boolean
}

export type Raw = string | number | null | undefined

export function rawValue<R>(col: Col<R>, row: R): Raw {
  return col.value ? col.value(row) : ((row as Record<string, Raw>)[col.key] ?? undefined)
}

/** Numbers stand right, so that their digits line up. */
export const isNumeric = (type: ColType | undefined) =>
  type !== undefined && ['money', 'wan', 'number', 'percent', 'score', 'volume'].includes(type)

export function display<R>(col: Col<R>, row: R, locale: string): string {
  const raw = rawValue(col, row)
  const asText = raw === null || raw === undefined ? '' : String(raw)
  switch (col.type) {
    case 'money':
      return format.yuan(asText, locale, col.currency?.(row))
    case 'wan':
      return format.wan(asText, locale)
    case 'number':
      return format.integer(asText, locale)
    case 'percent':
      return format.percent(asText, locale)
    case 'score':
      return format.score(asText, locale)
    case 'volume':
      return format.volume(asText, locale)
    case 'date':
      return format.date(asText, locale)
    case 'datetime':
      return format.dateTime(asText, locale)
    case 'uscc':
      return format.uscc(asText)
    default:
      return asText === '' ? format.missing : asText
  }
}

/** Text of a spreadsheet cell; a leading = + - @ that is no number would run as a formula, in full width too. */
function csvCell(text: string): string {
  const runs = /^(\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n])/.test(text) && !/^[-+]?[\d,.]+%?$/.test(text)
  const safe = runs ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

export function toCsv(head: string[], rows: string[][]): string {
  // Excel reads UTF-8 only with a byte order mark.
  return '\ufeff' + [head, ...rows].map((line) => line.map(csvCell).join(',')).join('\r\n') + '\r\n'
}

export function download(name: string, type: string, content: BlobPart): void {
  const url = URL.createObjectURL(new Blob([content], { type }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  URL.revokeObjectURL(url)
}
