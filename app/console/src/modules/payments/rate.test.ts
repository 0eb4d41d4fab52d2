import { expect, test } from 'vitest'
import { percentPpm, ppmPercent } from './rate'

test('a rate is shown and read back exactly', () => {
  for (const [ppm, text] of [
    [500, '0.05%'],
    [0, '0%'],
    [1, '0.0001%'],
    [10_000, '1%'],
    [12_340, '1.234%'],
  ] as const) {
    expect(ppmPercent(ppm)).toBe(text)
    expect(percentPpm(text)).toBe(ppm)
  }
  for (const bad of ['', '-1', '0.00001', '1,5', 'a']) expect(percentPpm(bad)).toBeUndefined()
})
