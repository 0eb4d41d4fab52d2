import { describe, expect, it } from 'vitest'
import { bandsOf, rangeKey, rangeOf, stored, typed } from './segments'

describe('segments', () => {
  it('reads what is typed in the unit of the dimension', () => {
    expect(stored('sales_12_months', '100.5')).toBe('100500000')
    expect(stored('volume_12_months', '1000')).toBe('1000000')
    expect(stored('utilization', '80.25')).toBe('8025')
    expect(stored('overdue_days', '31')).toBe('31')
    expect(stored('overdue_days', '31.5')).toBeUndefined()
    expect(stored('utilization', '-1')).toBeUndefined()
    expect(typed('sales_12_months', '100500000')).toBe('100.5')
  })
  it('cuts a line into bands without a gap', () => {
    expect(bandsOf(['1', '31'])).toEqual([{ to: '1' }, { from: '1', to: '31' }, { from: '31' }])
    for (const band of bandsOf(['1', '31'])) expect(rangeOf(rangeKey(band))).toEqual(band)
  })
})
