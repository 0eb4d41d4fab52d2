import { expect, test } from 'vitest'
import { rulesDraft, rulesFaults, rulesOf, sentBand, type Rules } from './policyRules'

const rules: Rules = {
  atOrder: true,
  atDispatch: false,
  bands: [
    { grade: 'A', watch: 8050, hold: 0, stop: 12000 },
    { grade: 'D', watch: 0, hold: 0, stop: 0 },
  ],
  freeze: false,
  freezeDays: 15,
  truckVolume: '10500',
  authorities: [{ role: 'approver', code: 'OVER_LIMIT', amount: '50000000' }],
  releaseDays: 30,
  dispatchTolerance: 250,
  aboveMaximum: 'refuse',
  stopPours: true,
  stopDays: { prepared: 2, notified: 3, stopped: 1 },
  lapsed: { kind: 'lower', amount: '5000', grade: '' },
}

test('what is shown and sent back is the same, also a grade without any threshold', () => {
  const draft = rulesDraft(rules)
  expect(draft.truckVolume).toBe('10.5')
  expect(draft.bands.map((band) => [band.grade, band.watch, band.hold, band.stop])).toEqual([
    ['', '', '', ''],
    ['A', '80.5', '', '120'],
    ['B', '', '', ''],
    ['C', '', '', ''],
    ['D', '0', '0', '0'],
  ])
  expect(rulesFaults(draft)).toEqual({})
  expect(rulesOf(draft)).toEqual(rules)
  expect(sentBand(draft, 'D')).toBe('rules.bands[1]')
})

test('thresholds rise, and each fault stands at its field', () => {
  const draft = rulesDraft(rules)
  draft.bands[1]!.hold = '80.5'
  draft.bands[2]!.watch = '-1'
  draft.bands[3]!.stop = '1000.01'
  draft.freezeDays = '0'
  draft.releaseDays = '1.5'
  draft.dispatchTolerance = '10.01'
  draft.truckVolume = '0.9'
  draft.stopDays.notified = '31'
  draft.lapsed = { kind: 'grade', amount: '', grade: '' }
  draft.authorities.push({ role: 'approver', code: 'OVER_LIMIT', amount: '0' })
  expect(rulesFaults(draft)).toEqual({
    'bands.A.hold': 'rising',
    'bands.B.watch': 'percent',
    'bands.C.stop': 'percent',
    freezeDays: 'freezeDays',
    releaseDays: 'releaseDays',
    dispatchTolerance: 'dispatchTolerance',
    truckVolume: 'truckVolume',
    'stopDays.notified': 'stopDays',
    'lapsed.grade': 'lapsedGrade',
    'authorities.1.amount': 'amount',
    'authorities.1.code': 'twice',
  })
})
