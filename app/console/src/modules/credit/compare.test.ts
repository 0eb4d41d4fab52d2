import { expect, test } from 'vitest'
import { compareBands, compareItems } from './compare'
import { definitionOf, formulaItem } from './definition'
import type { Definition, TemplateItem } from './types'

const item = (code: string, change: Partial<TemplateItem> = {}): TemplateItem => ({
  ...formulaItem([], '', ''),
  indicatorCode: code,
  ...change,
})
const of = (...items: TemplateItem[]): Definition => ({ ...definitionOf(undefined), items })

test('added, removed, changed and the same', () => {
  const rows = compareItems(
    of(item('a'), item('b', { weight: '5000' }), item('gone')),
    of(item('new'), item('b', { weight: '6000', missing: 'worst' }), item('a')),
  )
  expect(rows.map((row) => [row.code, row.state, row.differs.join()])).toEqual([
    ['new', 'added', ''],
    ['b', 'changed', 'weight,missing'],
    ['a', 'same', ''],
    ['gone', 'removed', ''],
  ])
})

test('a range that ends elsewhere and a formula that reads otherwise differ', () => {
  const scoring = { ranges: [{ score: '1' }], options: [] }
  expect(compareItems(of(item('a')), of(item('a', { scoring, formula: 'b + 1' })))[0]!.differs).toEqual([
    'scoring',
    'formula',
  ])
})

test('bands are compared field by field', () => {
  const after = of()
  after.bands = after.bands.map((band) => (band.grade === 'B' ? { ...band, maxOverdueDays: 9 } : band))
  expect(compareBands(of(), after).filter((row) => row.differs.length)).toMatchObject([
    { grade: 'B', differs: ['maxOverdueDays'] },
  ])
})
