import { describe, expect, it } from 'vitest'
import { testI18n } from '@/test-i18n'
import { counting } from './plural'

const t = counting(testI18n('en-US').global.t)

describe('texts that count', () => {
  it.each([
    ['1', '1 day late'],
    [1, '1 day late'],
    ['0', '0 days late'],
    ['2', '2 days late'],
    ['1,001', '1,001 days late'],
    ['1+', '1+ days late'],
  ])('%s', (count, want) => expect(t('statements.lateDays', { count })).toBe(want))
  it('count what is named otherwise, and leave the rest alone', () => {
    expect(t('agreements.days', { days: 1 })).toBe('1 day overdue')
    expect(t('workbench.hello', { name: '1' })).toBe('Hello, 1')
    // who says the number himself is heard
    expect(t('statements.lateDays', { count: '7' }, 1)).toBe('7 day late')
  })
  it('have one form in Chinese', () => {
    const zh = counting(testI18n('zh-CN').global.t)
    expect(zh('agreements.days', { days: 1 })).toBe(zh('agreements.days', { days: 2 }).replace('2', '1'))
  })
})
