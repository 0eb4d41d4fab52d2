// The rows of a list as a file: page after page of the same call, and each cell as a
// spreadsheet reads it (plain numbers, ISO dates, words for codes).
import * as format from '@/lib/format'
import { toDecimal } from '@/lib/money'
import { statusWord } from './status'
import { rawValue, type Col } from './table'

export interface PageAt {
  page: number
  pageSize: number
}
/** One page of a list by page number; total is that of the whole list. */
export type LoadRows<R> = (at: PageAt, signal: AbortSignal) => Promise<{ rows: R[]; total?: number }>

/** More than that is no list for a person; a narrower filter or a report serves him better. */
export const mostRows = 5000
/** The largest page the server gives. */
export const pageSize = 200

export interface Collected<R> {
  rows: R[]
  /** Rows of the whole list, where it says so. */
  total?: number
  /** There are more rows than were taken. */
  cut: boolean
  /** The list got longer or shorter meanwhile: a row may be missing. */
  moved: boolean
}

/** Takes the list page by page, each row once; throws what the call throws. */
export async function collect<R>(
  load: LoadRows<R>,
  rowKey: (row: R) => string,
  signal: AbortSignal,
  onProgress: (done: number, total?: number) => void = () => {},
  most = mostRows,
): Promise<Collected<R>> {
  const found = new Map<string, R>()
  let taken = 0
  let first: number | undefined
  let moved = false
  for (let page = 1; ; page++) {
    const answer = await load({ page, pageSize }, signal)
    signal.throwIfAborted()
    if (page === 1) first = answer.total
    moved ||= answer.total !== first
    taken += answer.rows.length
    for (const row of answer.rows) if (!found.has(rowKey(row))) found.set(rowKey(row), row)
    onProgress(Math.min(found.size, most), answer.total)
    // The server may give smaller pages than were asked for: a short page is no end.
    const ended = answer.rows.length === 0 || (answer.total !== undefined && taken >= answer.total)
    if (ended || found.size >= most) {
      const cut = found.size > most || (!ended && found.size >= most)
      return { rows: [...found.values()].slice(0, most), total: answer.total, cut, moved }
    }
  }
}

export interface Words {
  t: (key: string) => string
  te: (key: string) => boolean
}

/** A cell of the file; absent values are empty cells. */
export function fileCell<R>(col: Col<R>, row: R, words: Words): string {
  if (col.text) return col.text(row)
  const raw = rawValue(col, row)
  const value = raw === null || raw === undefined ? '' : String(raw)
  if (value === '') return ''
  switch (col.type) {
    case 'money': {
      const currency = col.currency?.(row) ?? 'CNY'
      const amount = toDecimal(value, 2, 2)
      return currency === 'CNY' ? amount : `${currency} ${amount}`
    }
    case 'wan':
      return toDecimal(value, 6)
    case 'percent':
      return `${toDecimal(value, 2)}%`
    case 'score':
      return toDecimal(value, 2)
    case 'volume':
      return toDecimal(value, 3)
    case 'date':
      return format.date(value, 'zh-CN')
    case 'datetime':
      return format.dateTime(value, 'zh-CN')
    case 'status': {
      const key = `status.${statusWord(value)}`
      return words.te(key) ? words.t(key) : value
    }
    case 'grade':
      return value.replace(/^.*_/, '').toUpperCase()
    default:
      return value
  }
}

/** Heading and lines of the columns that hold something to take out. */
export function fileLines<R>(cols: Col<R>[], rows: R[], words: Words): { head: string[]; lines: string[][] } {
  const taken = cols.filter((col) => !col.controls)
  return {
    head: taken.map((col) => col.label),
    lines: rows.map((row) => taken.map((col) => fileCell(col, row, words))),
  }
}
