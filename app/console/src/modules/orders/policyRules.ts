// The policy's rules as they are typed: percentages, m³ and days are texts, a field left
// empty is not used. The server's rules are whole numbers of the smallest unit.
import type { components } from '@/api/schema'
import { fixedToDecimal, parseFixed } from '@/modules/credit/fixed'

export type Rules = components['schemas']['Rules']
export interface BandDraft {
  /** A to D; '' for all without a band of their own. */
  grade: string
  watch: string
  hold: string
  stop: string
}
export interface RulesDraft {
  atOrder: boolean
  atDispatch: boolean
  bands: BandDraft[]
  freeze: boolean
  freezeDays: string
  truckVolume: string
  releaseDays: string
  dispatchTolerance: string
  authorities: { role: string; code: string; amount: string }[]
  aboveMaximum: string
  finishPours: boolean
  stopDays: Record<(typeof stopSteps)[number], string>
  lapsed: { kind: string; amount: string; grade: string }
}
/** The steps of a supply stop that have a deadline. */
export const stopSteps = ['prepared', 'notified', 'stopped'] as const
export const lapsedKinds = ['none', 'lower', 'grade']
export const grades = ['', 'A', 'B', 'C', 'D']
export const thresholds = ['watch', 'hold', 'stop'] as const
/** Reasons that a one-time release can cover; the others are lifted where they were set. */
export const releasable = [
  'OVER_LIMIT',
  'NO_LIMIT',
  'OVERDUE_AMOUNT',
  'OVERDUE_DAYS',
  'UNRATED',
  'UTILIZATION',
  'PROJECT_LIMIT',
  'SHARED_LIMIT',
]

const used = (band: BandDraft) => thresholds.some((name) => band[name].trim() !== '')
const typed = (value: string, decimals: number) => {
  const parsed = parseFixed(value, decimals)
  return 'error' in parsed || parsed.value.startsWith('-') ? null : Number(parsed.value || '0')
}
const wholeOf = (value: string) => (/^\d{1,6}$/.test(value.trim()) ? Number(value) : null)

export function rulesDraft(rules: Rules): RulesDraft {
  const percent = (points: number, all: boolean) => (points || all ? fixedToDecimal(String(points), 2) : '')
  return {
    atOrder: rules.atOrder,
    atDispatch: rules.atDispatch,
    bands: grades.map((grade) => {
      const band = rules.bands.find((one) => one.grade === grade)
      // A grade with no threshold at all differs from one without a band of its own.
      const none = Boolean(band) && !band!.watch && !band!.hold && !band!.stop
      return {
        grade,
        watch: percent(band?.watch ?? 0, none),
        hold: percent(band?.hold ?? 0, none),
        stop: percent(band?.stop ?? 0, none),
      }
    }),
    freeze: rules.freeze,
    freezeDays: String(rules.freezeDays),
    truckVolume: fixedToDecimal(rules.truckVolume, 3),
    releaseDays: String(rules.releaseDays),
    dispatchTolerance: fixedToDecimal(String(rules.dispatchTolerance), 2),
    authorities: rules.authorities.map(({ role, code, amount }) => ({ role, code, amount })),
    aboveMaximum: rules.aboveMaximum,
    finishPours: !rules.stopPours,
    stopDays: {
      prepared: String(rules.stopDays?.prepared ?? 2),
      notified: String(rules.stopDays?.notified ?? 3),
      stopped: String(rules.stopDays?.stopped ?? 1),
    },
    lapsed: {
      kind: rules.lapsed?.kind || 'none',
      amount: rules.lapsed?.kind === 'lower' ? rules.lapsed.amount : '',
      grade: rules.lapsed?.grade ?? '',
    },
  }
}

/** What is sent; call it only where rulesFaults finds nothing. */
export const rulesOf = (draft: RulesDraft): Rules => ({
  atOrder: draft.atOrder,
  atDispatch: draft.atDispatch,
  bands: draft.bands.filter(used).map((band) => ({
    grade: band.grade,
    watch: typed(band.watch, 2) ?? 0,
    hold: typed(band.hold, 2) ?? 0,
    stop: typed(band.stop, 2) ?? 0,
  })),
  freeze: draft.freeze,
  freezeDays: Number(draft.freezeDays),
  truckVolume: String(typed(draft.truckVolume, 3) ?? 0),
  releaseDays: Number(draft.releaseDays),
  dispatchTolerance: typed(draft.dispatchTolerance, 2) ?? 0,
  authorities: draft.authorities.map(({ role, code, amount }) => ({ role, code, amount })),
  aboveMaximum: draft.aboveMaximum,
  stopPours: !draft.finishPours,
  stopDays: {
    prepared: Number(draft.stopDays.prepared),
    notified: Number(draft.stopDays.notified),
    stopped: Number(draft.stopDays.stopped),
  },
  lapsed: {
    kind: draft.lapsed.kind,
    amount: draft.lapsed.kind === 'lower' ? draft.lapsed.amount || '0' : '0',
    grade: draft.lapsed.kind === 'grade' ? draft.lapsed.grade : '',
  },
})

/** Where a grade's band stands in what is sent, as the server names it in a fault. */
export const sentBand = (draft: RulesDraft, grade: string) =>
  `rules.bands[${draft.bands.filter(used).findIndex((band) => band.grade === grade)}]`

/** What is wrong, as keys below orders.rules.wrong, by field: bands.A.hold, freezeDays, authorities.0.amount. */
export function rulesFaults(draft: RulesDraft): Record<string, string> {
  const faults: Record<string, string> = {}
  for (const band of draft.bands) {
    let last = 0
    for (const name of thresholds) {
      const value = typed(band[name], 2)
      const at = `bands.${band.grade}.${name}`
      if (value === null || value > 100_000) faults[at] = 'percent'
      else if (value > 0 && value <= last) faults[at] = 'rising'
      last = Math.max(last, value ?? 0)
    }
  }
  const days = (value: string, most: number) => {
    const whole = wholeOf(value)
    return whole !== null && whole >= 1 && whole <= most
  }
  if (!days(draft.freezeDays, 3650)) faults.freezeDays = 'freezeDays'
  if (!days(draft.releaseDays, 366)) faults.releaseDays = 'releaseDays'
  const tolerance = typed(draft.dispatchTolerance, 2)
  if (tolerance === null || tolerance > 1000) faults.dispatchTolerance = 'dispatchTolerance'
  const truck = typed(draft.truckVolume, 3)
  if (truck === null || truck < 1000 || truck > 100_000) faults.truckVolume = 'truckVolume'
  for (const step of stopSteps) if (!days(draft.stopDays[step], 30)) faults[`stopDays.${step}`] = 'stopDays'
  if (draft.lapsed.kind === 'lower' && draft.lapsed.amount === '') faults['lapsed.amount'] = 'lapsedAmount'
  if (draft.lapsed.kind === 'grade' && !draft.lapsed.grade) faults['lapsed.grade'] = 'lapsedGrade'
  draft.authorities.forEach((one, index) => {
    if (one.amount === '' || BigInt(one.amount) <= 0n) faults[`authorities.${index}.amount`] = 'amount'
    const first = draft.authorities.findIndex((other) => other.role === one.role && other.code === one.code)
    if (first !== index) faults[`authorities.${index}.code`] = 'twice'
  })
  return faults
}
