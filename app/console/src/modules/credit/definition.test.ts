import { describe, expect, test } from 'vitest'
import {
  badStep,
  definitionOf,
  distributeRest,
  normalize,
  rangesOf,
  sampleValue,
  stepsOf,
  upperBound,
  weightSum,
} from './definition'
import { fixedToDecimal, parseFixed, points } from './fixed'
import type { TemplateItem } from './types'

const sum = (weights: number[]) => weights.reduce((a, b) => a + b, 0)

describe('weights', () => {
  test('the rest goes to those without a weight', () => {
    expect(distributeRest([4000, 0, 0, 0])).toEqual([4000, 2000, 2000, 2000])
  })
  test('without such, to all, and the odd hundredths to the first', () => {
    expect(distributeRest([3000, 3000, 3000])).toEqual([3334, 3333, 3333])
  })
  test('nothing is taken away when the sum is above 100', () => {
    expect(distributeRest([9000, 2000])).toEqual([9000, 2000])
  })
  test.each([[[1, 1, 1]], [[3333, 3333, 3333]], [[9000, 2000, 77]], [[0, 0, 0]], [[1, 9999, 4321, 7]]])(
    '%j scaled is exactly 100',
    (weights) => {
      const scaled = normalize(weights)
      expect(sum(scaled)).toBe(10_000)
      expect(scaled.every((weight) => Number.isInteger(weight) && weight >= 0)).toBe(true)
    },
  )
  test('scaling keeps the order of the weights', () => {
    expect(normalize([6000, 3000, 1000, 0])).toEqual([6000, 3000, 1000, 0])
    expect(normalize([2, 1])).toEqual([6667, 3333])
  })
  test('the sum is of whole hundredths', () => {
    expect(weightSum([{ weight: '3333' }, { weight: '3333' }, { weight: '3334' }])).toBe(10_000)
  })
})

describe('numbers', () => {
  test.each([
    ['12.5', 2, '1250'],
    ['0.07', 2, '7'],
    ['\uff11\uff12', 3, '12000'],
    ['1,000', 0, '1000'],
    ['-3', 3, '-3000'],
    ['.5', 1, '5'],
    ['', 2, ''],
    ['300', 9, '300000000000'],
  ])('%s with %i decimals is %s', (typed, decimals, value) => {
    expect(parseFixed(typed, decimals)).toEqual({ value })
  })
  test.each([
    ['abc', 'notANumber'],
    ['1.234', 'tooManyDecimals'],
    ['99999999999999999999', 'tooLarge'],
  ])('%s is refused as %s', (typed, error) => {
    expect(parseFixed(typed, 2)).toEqual({ error })
  })
  test('reading back gives what was typed', () => {
    expect(fixedToDecimal('1250', 2)).toBe('12.5')
    expect(fixedToDecimal('-50', 2)).toBe('-0.5')
    expect(fixedToDecimal('300000000000', 9)).toBe('300')
    expect(points('8050')).toBe('80.5')
  })
})

describe('bands and ranges', () => {
  test('a band ends where the better one begins', () => {
    const { bands } = definitionOf({
      items: [],
      bands: [
        {
          grade: 'A',
          minScore: '8500',
          maxCreditAmount: '1',
          maxOverdueAmount: '1',
          maxOverdueDays: 1,
          validMonths: 0,
        },
        {
          grade: 'B',
          minScore: '7000',
          maxCreditAmount: '1',
          maxOverdueAmount: '1',
          maxOverdueDays: 1,
          validMonths: 0,
        },
      ],
    })
    expect(bands.map((band) => band.grade)).toEqual(['A', 'B', 'C', 'D'])
    expect([0, 1, 2].map((index) => upperBound(bands, index))).toEqual([10_000, 8500, 7000])
  })
  test('ranges as steps and back are the same', () => {
    const ranges = [
      { to: '1000', score: '10000' },
      { from: '1000', to: '31000', score: '8500' },
      { from: '31000', score: '0' },
    ]
    expect(rangesOf(stepsOf(ranges))).toEqual(ranges)
  })
  test('ends have to rise', () => {
    const step = (to: string) => ({ to, score: '0' })
    expect(badStep([step('1'), step('2'), step('')])).toBe(-1)
    expect(badStep([step('2'), step('2'), step('')])).toBe(1)
    expect(badStep([step(''), step('2'), step('')])).toBe(0)
    expect(badStep([step('')])).toBe(-1)
  })
})

describe('made-up customers', () => {
  const choice = {
    kind: 'choice',
    scoring: {
      ranges: [],
      options: ['a', 'b', 'c'].map((code, index) => ({
        code,
        nameZh: code,
        nameEn: code,
        score: String([0, 10000, 5000][index]),
      })),
    },
  } as unknown as TemplateItem
  const days = {
    kind: 'number',
    scoring: {
      options: [],
      ranges: [
        { to: '31000', score: '10000' },
        { from: '31000', to: '91000', score: '5000' },
        { from: '91000', score: '0' },
      ],
    },
  } as unknown as TemplateItem
  test('good, middle and poor by score', () => {
    expect(sampleValue(choice, 'good')).toEqual({ choice: 'b' })
    expect(sampleValue(choice, 'middle')).toEqual({ choice: 'c' })
    expect(sampleValue(choice, 'poor')).toEqual({ choice: 'a' })
    expect(sampleValue(days, 'good')).toEqual({ number: '0' })
    expect(sampleValue(days, 'middle')).toEqual({ number: '31000' })
    expect(sampleValue(days, 'poor')).toEqual({ number: '91000' })
  })
})
