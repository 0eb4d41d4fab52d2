import { expect, test } from 'vitest'
import { plainUscc, usccFinding } from './uscc'

test.each([
  ['91350100M000100Y43', 'ok'], // the standard's own example
  ['9135 0100 M000 100y43', 'ok'],
  ['91350100M000100Y44', 'check'],
  ['91350100M000100Y', 'length'],
  ['91350100I000100Y43', 'characters'], // I is not used in codes
  ['', 'empty'],
] as const)('%s is %s', (code, finding) => {
  expect(usccFinding(code)).toBe(finding)
})

test('what people type around a code is taken off', () => {
  expect(plainUscc(' 91350100-m000100y43 ')).toBe('91350100M000100Y43')
})
