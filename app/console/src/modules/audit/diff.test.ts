import { expect, test } from 'vitest'
import { diff } from './diff'

test('changed, added and removed fields come before what stayed', () => {
  const before = { name: 'Acme', grade: 'B', note: 'old', items: [{ weight: '40' }, { weight: '60' }] }
  const after = { name: 'Acme', grade: 'A', limit: '300', items: [{ weight: '50' }, { weight: '60' }] }
  expect(diff(before, after)).toEqual([
    { path: 'grade', before: 'B', after: 'A', kind: 'changed' },
    { path: 'note', before: 'old', after: '', kind: 'removed' },
    { path: 'items[0].weight', before: '40', after: '50', kind: 'changed' },
    { path: 'limit', before: '', after: '300', kind: 'added' },
    { path: 'name', before: 'Acme', after: 'Acme', kind: 'same' },
    { path: 'items[1].weight', before: '60', after: '60', kind: 'same' },
  ])
})

test('a first or a last state has one side', () => {
  expect(diff(null, { a: true }).map((line) => line.kind)).toEqual(['added'])
  expect(diff({ a: 1, b: null }, undefined)).toEqual([{ path: 'a', before: '1', after: '', kind: 'removed' }])
  expect(diff(null, null)).toEqual([])
})

test('a plain value has an empty path', () => {
  expect(diff('x', 'y')).toEqual([{ path: '', before: 'x', after: 'y', kind: 'changed' }])
})
