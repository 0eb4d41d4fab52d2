import { describe, expect, it } from 'vitest'
import { belowWan } from './units'
import { compactMoney } from '@/lib/format'

describe('amounts below 1 万元', () => {
  it.each([
    ['0', true],
    ['100', true],
    ['999999', true],
    ['1000000', false],
    ['-999999', true],
    ['-1000000', false],
  ])('%s fen', (fen, want) => expect(belowWan(fen)).toBe(want))
  it('are written in 元 with two decimals', () => {
    expect(compactMoney('100', 'zh-CN')).toBe('1.00 元')
    expect(compactMoney('1', 'zh-CN')).toBe('0.01 元')
    expect(compactMoney('999999', 'zh-CN')).toBe('9,999.99 元')
  })
})
