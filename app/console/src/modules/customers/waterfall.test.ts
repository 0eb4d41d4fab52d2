import { describe, expect, test } from 'vitest'
import type { Standing } from './types'
import { waterfall } from './waterfall'

const standing = (changes: Partial<Standing> = {}) =>
  ({
    limitKind: 'amount',
    standingLimit: '900',
    temporaryLimit: '100',
    cover: '0',
    receivable: '300',
    reserved: '50',
    delivered: '100',
    reconciled: '30',
    drafts: '20',
    advances: '200',
    exposure: '300',
    ...changes,
  }) as Standing
const sum = (standing: Standing) => waterfall(standing).parts.reduce((all, part) => all + part.fen, 0n)
const width = (standing: Standing) => waterfall(standing).parts.reduce((all, part) => all + part.width, 0)

describe('waterfall', () => {
  test('the parts with what is free are the limit, and fill the bar', () => {
    expect(sum(standing())).toBe(1000n)
    expect(width(standing())).toBeCloseTo(100, 1)
    expect(waterfall(standing()).parts.map((part) => part.key)).toEqual([
      'receivable',
      'reserved',
      'delivered',
      'reconciled',
      'drafts',
      'advances',
      'free',
    ])
  })
  test('cover is granted beside the limit, and free while nothing uses it', () => {
    const covered = waterfall(standing({ cover: '500' }))
    expect(covered.granted).toBe(1500n)
    expect(covered.parts.at(-1)).toMatchObject({ key: 'free', fen: 1200n })
    expect(waterfall(standing({ cover: '500', receivable: '1300', exposure: '1300' })).over).toBe(0n)
  })
  test('over the limit nothing is free, the parts are the use and the excess is marked', () => {
    const over = standing({ receivable: '1300', exposure: '1300' })
    expect(sum(over)).toBe(1300n)
    expect(waterfall(over)).toMatchObject({ over: 300n, overFrom: 80 })
    expect(width(over)).toBeCloseTo(100, 1)
  })
  test('a surplus of credit notes is free and has no width', () => {
    const credit = standing({ receivable: '-100', advances: '0', exposure: '100' })
    expect(sum(credit)).toBe(1000n)
    expect(waterfall(credit).parts[0]).toEqual({ key: 'receivable', fen: -100n, width: 0 })
  })
  test('parts that are zero are left out; without a bound nothing is free', () => {
    const plain = standing({
      limitKind: 'unlimited',
      delivered: '0',
      reconciled: '0',
      drafts: '0',
      advances: '0',
      exposure: '350',
    })
    expect(waterfall(plain).parts.map((part) => part.key)).toEqual(['receivable', 'reserved'])
  })
})
