import { expect, test } from 'vitest'
import { changesOf } from './changes'

test('only what differs is kept', () => {
  expect(changesOf({ name: 'a', days: '' }, { name: 'a', days: '30' })).toEqual({ days: '30' })
  expect(changesOf({ name: 'a' }, { name: 'a' })).toEqual({})
})
