import { describe, expect, test } from 'vitest'
import { editable, onFile, openPoints, samples, type Mapping, type UploadedFile } from './mapping'

const complete: Mapping = editable({
  columns: { document_no: 'No', customer_number: 'Customer', invoice_date: 'Date', amount: 'Sum' },
  dateFormat: 'yyyy-MM-dd',
  currency: '',
  filterColumn: '',
  filterValue: '',
  amountDivisor: '',
  createCustomers: false,
  source: 'erp',
})
const with_ = (changes: Partial<Mapping>): Mapping => ({ ...complete, ...changes })

describe('open points', () => {
  test('a complete mapping has none', () => expect(openPoints(complete)).toEqual([]))
  test.each([
    [{ columns: { ...complete.columns, amount: '' } }, 'amount', 'required'],
    [{ columns: { ...complete.columns, customer_number: '' } }, 'customer_number', 'customerKey'],
    [{ createCustomers: true }, 'customer_name', 'createNeeds'],
    [{ columns: { ...complete.columns, due_date: 'Date' } }, 'due_date', 'twice'],
    [{ filterColumn: 'Company' }, 'filterValue', 'filterValue'],
    [{ filterValue: 'U001' }, 'filterValue', 'filterValue'],
    [{ amountDivisor: '0.0' }, 'amountDivisor', 'divisor'],
    [{ amountDivisor: '1e3' }, 'amountDivisor', 'divisor'],
    [{ source: ' ' }, 'source', 'source'],
  ] as [Partial<Mapping>, string, string][])('%o', (changes, at, why) => {
    expect(openPoints(with_(changes))).toEqual([{ at, why }])
  })
  test('a code instead of a number names the customer too', () => {
    const columns = { ...complete.columns, customer_number: '', uscc: 'Code' }
    expect(openPoints(with_({ columns }))).toEqual([])
  })
  test('one column may give amount and open amount', () => {
    expect(openPoints(with_({ columns: { ...complete.columns, open_amount: 'Sum' } }))).toEqual([])
  })
})

const file: UploadedFile = {
  fileId: 'f',
  fileName: 'a.csv',
  sizeBytes: '10',
  columns: ['No', 'Customer', 'Date', 'Sum'],
  sample: [{ cells: ['1', 'C1', '2026-01-01', '5'] }, { cells: ['2', 'C1', '', '7'] }, { cells: ['3'] }],
  proposed: null,
  proposedPreset: '',
}

test('samples are different and never blank', () => {
  expect(samples(file, 'No')).toEqual(['1', '2', '3'])
  expect(samples(file, 'Customer')).toEqual(['C1'])
  expect(samples(file, 'Date')).toEqual(['2026-01-01'])
  expect(samples(file, 'Elsewhere')).toEqual([])
})

test('a named mapping keeps only the columns that the file has', () => {
  const named = with_({
    columns: { document_no: 'No', amount: 'Betrag' },
    filterColumn: 'Company',
    filterValue: 'U001',
  })
  expect(onFile(named, file)).toMatchObject({
    columns: { document_no: 'No' },
    filterColumn: '',
    filterValue: '',
  })
})
