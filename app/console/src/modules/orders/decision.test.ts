import { expect, test } from 'vitest'
import { comparison, waysOut, type Decision, type Reason } from './decision'

const reason = (code: string, actual = '0', bound = '0', action = 'block'): Reason => ({
  code,
  action,
  messageZh: '',
  messageEn: '',
  actual,
  bound,
  released: false,
  covered: false,
})
const days = (count: string) => `${count} d`

test('money is compared to the fen, days as days', () => {
  expect(comparison(reason('OVER_LIMIT', '350000050', '300000000'), 'CNY', 'zh-CN', days)).toEqual({
    actual: '3,500,000.50 元',
    bound: '3,000,000.00 元',
    over: '500,000.50 元',
  })
  expect(comparison(reason('OVERDUE_DAYS', '45', '30'), 'CNY', 'zh-CN', days)).toEqual({
    actual: '45 d',
    bound: '30 d',
    over: '',
  })
  expect(comparison(reason('NO_LIMIT', '100'), 'USD', 'zh-CN', days)).toEqual({
    actual: 'USD 1.00',
    bound: '',
    over: '',
  })
  expect(comparison(reason('NEGATIVE_LIST'), 'CNY', 'zh-CN', days)).toBeNull()
})

test('over the limit has two ways out, and none is named twice', () => {
  const decision = {
    reasons: [reason('OVER_LIMIT'), reason('OVERDUE_DAYS'), reason('UNRATED', '0', '0', 'allow')],
  }
  expect(waysOut(decision as Decision)).toEqual(['repay', 'temporary'])
  expect(waysOut({ reasons: [reason('NEGATIVE_LIST')] } as Decision)).toEqual(['negative'])
})

test('shared limits and quotas compare money, utilization compares percentages', () => {
  expect(comparison(reason('GROUP_QUOTA', '12000', '10000'), 'CNY', 'zh-CN', days)?.over).toBe('20.00 元')
  expect(comparison(reason('UTILIZATION', '9550', '9000'), 'CNY', 'zh-CN', days)).toEqual({
    actual: '95.5%',
    bound: '90.0%',
    over: '',
  })
  expect(comparison(reason('UTILIZATION', '1099511627776', '9000'), 'CNY', 'zh-CN', days)).toBeNull()
  expect(waysOut({ reasons: [reason('GROUP_QUOTA'), reason('SHARED_LIMIT')] } as Decision)).toEqual([
    'repay',
    'quota',
    'shared',
  ])
})
