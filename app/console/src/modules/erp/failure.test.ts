import { describe, expect, it } from 'vitest'
import { failureParts } from './failure'

describe('failureParts', () => {
  it.each([
    ['ERP_BUSY: the ERP asks to wait; said: 429', 'ERP_BUSY', 'the ERP asks to wait; said: 429'],
    [
      'the run broke off; it is tried again by the clock',
      '',
      'the run broke off; it is tried again by the clock',
    ],
    ['Busy: not a code', '', 'Busy: not a code'],
    ['A: one letter is none', '', 'A: one letter is none'],
  ])('%s', (failure, code, detail) => expect(failureParts(failure)).toEqual({ code, detail }))
})
