import { describe, expect, test } from 'vitest'
import * as f from './format'

test('money keeps every digit', () => {
  expect(f.yuan('123456789012345678', 'zh-CN')).toBe('1,234,567,890,123,456.78')
  expect(f.yuan('-5', 'zh-CN')).toBe('-0.05')
  expect(f.yuan('0', 'zh-CN')).toBe('0.00')
  expect(f.yuan('', 'zh-CN')).toBe('—')
  expect(f.yuan(undefined, 'zh-CN')).toBe('—')
  expect(f.yuan('1200', 'en-US', 'USD')).toBe('USD 12.00')
  expect(f.wan('300000000', 'zh-CN')).toBe('300')
  expect(f.wan('12345678', 'zh-CN')).toBe('12.3457')
})

describe('key figures', () => {
  test.each([
    ['1284600000000', 'zh-CN', '128.46 亿元'],
    ['49876500000', 'zh-CN', '4.99 亿元'],
    ['9999', 'zh-CN', '99.99 元'],
    ['1000000', 'zh-CN', '1.00 万元'],
    ['-123456789', 'zh-CN', '-123.46 万元'],
    ['1284600000000', 'en-US', '¥12.85B'],
    ['-150000000', 'en-US', '-¥1.50M'],
  ])('%s fen in %s is %s', (fen, locale, text) => expect(f.compactMoney(fen, locale)).toBe(text))

  test('another currency carries its code', () => {
    expect(f.compactMoney('31042785897', 'zh-CN', 'USD')).toBe('3.10 亿 USD')
    expect(f.compactMoney('31042785897', 'en-US', 'USD')).toBe('USD 310.43M')
  })
})

test('percentages, changes, scores and volumes', () => {
  expect(f.percent(1650, 'zh-CN')).toBe('16.5%')
  expect(f.change(830, 'zh-CN')).toBe('▲ +8.3%')
  expect(f.change(-210, 'zh-CN')).toBe('▼ -2.1%')
  expect(f.change(0, 'zh-CN')).toBe('0.0%')
  expect(f.score('8550', 'zh-CN')).toBe('85.5')
  expect(f.volume('12300000', 'zh-CN')).toBe('12,300')
  expect(f.integer('118', 'zh-CN')).toBe('118')
})

test('dates are days in Shanghai whatever the machine thinks', () => {
  expect(f.date('2026-11-21T16:30:00Z', 'zh-CN')).toBe('2026-11-22')
  expect(f.date('2026-11-21', 'zh-CN')).toBe('2026-11-21')
  expect(f.date('2026-11-21', 'en-US')).toBe('Nov 21, 2026')
  expect(f.dateTime('2026-11-21T16:30:00Z', 'zh-CN')).toBe('2026-11-22 00:30')
  expect(f.date('', 'zh-CN')).toBe('—')
  expect(f.date('rubbish', 'zh-CN')).toBe('—')
  expect(f.today(new Date('2026-11-21T16:30:00Z'))).toBe('2026-11-22')
})

test('a credit code is grouped for reading', () => {
  expect(f.uscc('91310000MA1FL0000X').replaceAll('\u2009', '|')).toBe('91310000|MA1FL0000|X')
  expect(f.uscc('short')).toBe('short')
})

test('sizes of files', () => {
  expect(f.bytes(20971520, 'zh-CN')).toBe('20 MB')
  expect(f.bytes(900, 'zh-CN')).toBe('900 B')
})

test('an amount outside of a table says its unit', () => {
  expect(f.inYuan('123450', 'zh-CN')).toBe('1,234.50 元')
  expect(f.inYuan('-123450', 'en-US')).toBe('-¥1,234.50')
  expect(f.inYuan('123450', 'zh-CN', 'USD')).toBe('USD 1,234.50')
  expect(f.inYuan('', 'zh-CN')).toBe(f.missing)
})

test('figures in a text of the server read as the others do', () => {
  const words = '1184210.13 / 1054413.60 CNY · 2025-11-24 … 2026-11-23'
  expect(f.figuresIn(words, 'zh-CN')).toBe('1,184,210.13 / 1,054,413.60 元 · 2025-11-24 … 2026-11-23')
  expect(f.figuresIn(words, 'en-US')).toBe('1,184,210.13 / 1,054,413.60 CNY · Nov 24, 2025 … Nov 23, 2026')
  expect(f.figuresIn('20700.000 m³ / 3 · 2026-11-23', 'zh-CN')).toBe('20,700 方 / 3 · 2026-11-23')
})
