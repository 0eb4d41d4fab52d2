import { describe, expect, it } from 'vitest'
import { codedParts } from './coded'

describe('codedParts', () => {
  it('reads what the system gave', () =>
    expect(codedParts('{"code":"overdue","days":"15"}')).toEqual({ code: 'overdue', days: '15' }))
  it.each(['', '涉诉', '{"code":', '{ "code": "overdue" }'])('leaves %s as text', (text) =>
    expect(codedParts(text)).toBeUndefined(),
  )
})
