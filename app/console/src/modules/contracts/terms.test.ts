import { expect, test } from 'vitest'
import { basisPoints, emptyTerms, newClause, sharesOf } from './terms'

test('a new clause takes no more than is left', () => {
  const terms = emptyTerms()
  terms.clauses.push(newClause('by_month', terms.clauses))
  terms.clauses.push(newClause('by_node', terms.clauses))
  expect(terms.clauses.map((clause) => clause.share)).toEqual([7000, 3000])
  expect(sharesOf(terms.clauses)).toBe(10_000)
  expect(new Set(terms.clauses.map((clause) => clause.id)).size).toBe(2)
})

test('a percentage is read exactly', () => {
  expect(basisPoints('70')).toBe(7000)
  expect(basisPoints('0.7')).toBe(70)
  expect(basisPoints(' 33.33 ')).toBe(3333)
  expect(basisPoints('33.333')).toBeNaN()
  expect(basisPoints('a')).toBeNaN()
})
