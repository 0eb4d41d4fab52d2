import { expect, test } from 'vitest'
import { allTexts } from '@/test-i18n'

// text/id.go of Kratos v1.3.1. Left out: roots of the ranges, 4000001 and 5000001 (free
// text), 1050006, 1050009, 1050015 and 1070002 (their text is the value itself), and
// ids that no message of that version uses.
const ids = [
  ...range(1010001, 1010023),
  ...range(1040001, 1040009),
  ...range(1050001, 1050005),
  1050007,
  1050008,
  ...range(1050010, 1050014),
  ...range(1050016, 1050020),
  ...range(1060001, 1060003),
  1070001,
  ...range(1070003, 1070015),
  ...range(1080001, 1080003),
  ...range(4000002, 4000038),
  ...range(4010001, 4010010),
  ...range(4040001, 4040003),
  4050001,
  4060001,
  4060002,
  ...range(4060004, 4060006),
  ...range(4070001, 4070003),
  4070005,
  4070006,
]
function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index)
}

test.each(['zh-CN', 'en-US'])('every message of Kratos has a text in %s', (locale) => {
  const messages = allTexts(locale).auth!.message as Record<string, string>
  expect(ids.filter((id) => !messages[`m${id}`])).toEqual([])
})
