import { describe, expect, test } from 'vitest'
import { fenToDecimal, parseMoney, ratioBasisPoints } from './money'

describe('parseMoney', () => {
  test.each([
    ['300', 'wan', '300000000'],
    ['0.0001', 'wan', '100'],
    ['1,234.5', 'yuan', '123450'],
    ['１２３．４５', 'yuan', '12345'],
    ['.5', 'yuan', '50'],
    ['5.', 'yuan', '500'],
    ['-0.00', 'yuan', '0'],
    ['-12', 'yuan', '-1200'],
    ['12.3000', 'yuan', '1230'],
    ['', 'yuan', ''],
    ['92233720368547758.07', 'yuan', '9223372036854775807'],
  ] as const)('%s %s is %s fen', (typed, unit, fen) => {
    expect(parseMoney(typed, unit)).toEqual({ fen })
  })
  test.each([
    ['1.234', 'yuan', 'tooManyDecimals'],
    ['1.00001', 'wan', 'tooManyDecimals'],
    ['1e3', 'yuan', 'notANumber'],
    ['.', 'yuan', 'notANumber'],
    ['--1', 'yuan', 'notANumber'],
    ['1.2.3', 'yuan', 'notANumber'],
    ['92233720368547758.08', 'yuan', 'tooLarge'],
  ] as const)('%s %s is refused as %s', (typed, unit, error) => {
    expect(parseMoney(typed, unit)).toEqual({ error })
  })
})

test('what was parsed is shown again, to the fen', () => {
  for (const fen of ['0', '1', '99', '100', '-1', '123456789012345678', '300000000']) {
    expect(parseMoney(fenToDecimal(fen, 'yuan'), 'yuan')).toEqual({ fen })
  }
  expect(fenToDecimal('300000000', 'wan')).toBe('300')
  expect(fenToDecimal('5', 'yuan', 2)).toBe('0.05')
  expect(fenToDecimal('-150', 'yuan', 2)).toBe('-1.50')
})

test('the ratio is exact in integers and absent without a limit', () => {
  expect(ratioBasisPoints('42', '100')).toBe(4200)
  expect(ratioBasisPoints('134', '100')).toBe(13400)
  expect(ratioBasisPoints('1', '0')).toBeNull()
  expect(ratioBasisPoints('9000000000000000001', '9000000000000000002')).toBe(9999)
})
