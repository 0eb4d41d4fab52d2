import { describe, expect, it } from 'vitest'
import { bulkPlan } from './bulk'
import type { Approval } from './facts'

const one = (id: string, kind: string, actions = ['decide']) => ({ id, kind, actions }) as Approval
const policy = {
  stepUp: ['limit_change'],
  kindActs: { temporary_limit: 'limit_change', write_off: 'write_off' },
}

describe('bulkPlan', () => {
  it('leaves out what asks for a verification, and what is not the reader’s', () => {
    const plan = bulkPlan(
      [one('1', 'temporary_limit'), one('2', 'write_off'), one('3', 'follow_up', [])],
      policy,
    )
    expect(plan.groups).toEqual([{ kind: 'write_off', rows: [one('2', 'write_off')] }])
    expect(plan.left.map((left) => [left.approval.id, left.why])).toEqual([
      ['1', 'stepUp'],
      ['3', 'notYours'],
    ])
  })
  it('sends one kind at a time and at most fifty', () => {
    const many = Array.from({ length: 51 }, (_, at) => one(String(at), 'follow_up'))
    const { groups } = bulkPlan([...many, one('x', 'customer_change')], policy)
    expect(groups.map((group) => [group.kind, group.rows.length])).toEqual([
      ['follow_up', 50],
      ['follow_up', 1],
      ['customer_change', 1],
    ])
  })
})
