// What a file's columns mean: the fields there are, and what is still open before a
// file can be run. The server checks the same again, against the whole file.
import type { components } from '@/api/schema'

type Schemas = components['schemas']
export type Mapping = Schemas['Mapping']
export type UploadedFile = Schemas['UploadedFile']
export type NamedMapping = Schemas['NamedMapping']
export type ImportRun = Schemas['Import']

export const fields = [
  'document_no',
  'customer_number',
  'customer_name',
  'uscc',
  'invoice_date',
  'due_date',
  'amount',
  'open_amount',
  'currency',
  'void',
] as const
export type MappedField = (typeof fields)[number]

export const dateFormats = ['yyyy-MM-dd', 'yyyy/M/d', 'yyyyMMdd', 'dd-MM-yyyy']

/** 300 MiB, as the route takes it. */
export const maxFileBytes = 300 * 1024 * 1024

export interface OpenPoint {
  /** A field of the mapping, or one of its other settings. */
  at: MappedField | 'filterValue' | 'amountDivisor' | 'source'
  /** Key below ar.import.open. */
  why: 'required' | 'customerKey' | 'createNeeds' | 'twice' | 'filterValue' | 'divisor' | 'source'
}

/** An empty column name is no column; the server leaves such a field out. */
const column = (mapping: Mapping, field: MappedField) => mapping.columns[field] ?? ''

function openColumns(mapping: Mapping): OpenPoint[] {
  const points: OpenPoint[] = []
  const need = (field: MappedField, why: OpenPoint['why']) => {
    if (!column(mapping, field)) points.push({ at: field, why })
  }
  need('document_no', 'required')
  need('invoice_date', 'required')
  need('amount', 'required')
  if (mapping.createCustomers) {
    need('customer_number', 'createNeeds')
    need('customer_name', 'createNeeds')
  } else if (!column(mapping, 'customer_number') && !column(mapping, 'uscc')) {
    points.push({ at: 'customer_number', why: 'customerKey' })
  }
  return points
}

function columnsUsedTwice(mapping: Mapping): OpenPoint[] {
  const users = new Map<string, MappedField>()
  const points: OpenPoint[] = []
  for (const field of fields) {
    const name = column(mapping, field)
    if (!name) continue
    const other = users.get(name)
    // A file may have one amount for both: all of it is still open.
    if (other && !(other === 'amount' && field === 'open_amount')) points.push({ at: field, why: 'twice' })
    users.set(name, field)
  }
  return points
}

/** Everything that keeps the mapping from being run. */
export function openPoints(mapping: Mapping): OpenPoint[] {
  const points = [...openColumns(mapping), ...columnsUsedTwice(mapping)]
  if (Boolean(mapping.filterColumn) !== Boolean(mapping.filterValue))
    points.push({ at: 'filterValue', why: 'filterValue' })
  const divisor = mapping.amountDivisor
  if (divisor && (!/^\d{1,9}(\.\d{1,9})?$/.test(divisor) || /^[0.]+$/.test(divisor)))
    points.push({ at: 'amountDivisor', why: 'divisor' })
  if (!mapping.source?.trim()) points.push({ at: 'source', why: 'source' })
  return points
}

/** Up to three different values of a column, to see what it holds. */
export function samples(file: UploadedFile, name: string): string[] {
  const index = file.columns.indexOf(name)
  if (index < 0) return []
  const found = file.sample.map((row) => row.cells[index] ?? '').filter((cell) => cell.trim() !== '')
  return [...new Set(found)].slice(0, 3)
}

/** A mapping that can be edited, without the fields that have no column. */
export function editable(mapping: Mapping | null | undefined): Mapping {
  return {
    columns: { ...mapping?.columns },
    dateFormat: mapping?.dateFormat || dateFormats[0]!,
    currency: mapping?.currency ?? '',
    filterColumn: mapping?.filterColumn ?? '',
    filterValue: mapping?.filterValue ?? '',
    amountDivisor: mapping?.amountDivisor ?? '',
    createCustomers: mapping?.createCustomers ?? false,
    source: mapping?.source ?? '',
  }
}

/** A named mapping on this file: columns that the file lacks are left out. */
export function onFile(mapping: Mapping, file: UploadedFile): Mapping {
  const next = editable(mapping)
  for (const [field, name] of Object.entries(next.columns)) {
    if (!file.columns.includes(name)) delete next.columns[field]
  }
  if (next.filterColumn && !file.columns.includes(next.filterColumn)) {
    next.filterColumn = ''
    next.filterValue = ''
  }
  return next
}

export const running = (run: ImportRun | undefined) => run?.status === 'queued' || run?.status === 'running'
