// Two definitions side by side: what was added, removed, changed.
import type { Band, Definition, TemplateItem } from './types'
import { grades } from './types'

export type State = 'added' | 'removed' | 'changed' | 'same'

export interface ItemRow {
  code: string
  state: State
  before?: TemplateItem
  after?: TemplateItem
  /** What differs, of an indicator that both have. */
  differs: ('weight' | 'scoring' | 'formula' | 'missing' | 'period' | 'name')[]
}

const same = (a: unknown, b: unknown) => JSON.stringify(a ?? null) === JSON.stringify(b ?? null)

export function compareItems(before: Definition, after: Definition): ItemRow[] {
  const old = new Map(before.items.map((item) => [item.indicatorCode, item]))
  const rows = after.items.map((item): ItemRow => {
    const was = old.get(item.indicatorCode)
    old.delete(item.indicatorCode)
    if (!was) return { code: item.indicatorCode, state: 'added', after: item, differs: [] }
    const differs: ItemRow['differs'] = []
    if (was.weight !== item.weight) differs.push('weight')
    if (!same(was.scoring, item.scoring)) differs.push('scoring')
    if (was.formula !== item.formula) differs.push('formula')
    if (was.missing !== item.missing || was.missingScore !== item.missingScore) differs.push('missing')
    if (was.periodMonths !== item.periodMonths) differs.push('period')
    if (was.nameZh !== item.nameZh || was.nameEn !== item.nameEn || was.unit !== item.unit)
      differs.push('name')
    return {
      code: item.indicatorCode,
      state: differs.length ? 'changed' : 'same',
      before: was,
      after: item,
      differs,
    }
  })
  for (const item of old.values())
    rows.push({ code: item.indicatorCode, state: 'removed', before: item, differs: [] })
  return rows
}

export interface BandRow {
  grade: string
  before?: Band
  after?: Band
  differs: ('minScore' | 'maxCreditAmount' | 'maxOverdueAmount' | 'maxOverdueDays' | 'validMonths')[]
}

export function compareBands(before: Definition, after: Definition): BandRow[] {
  return grades.map((grade) => {
    const was = before.bands.find((band) => band.grade === grade)
    const is = after.bands.find((band) => band.grade === grade)
    const fields = [
      'minScore',
      'maxCreditAmount',
      'maxOverdueAmount',
      'maxOverdueDays',
      'validMonths',
    ] as const
    return {
      grade,
      before: was,
      after: is,
      differs: fields.filter((field) => String(was?.[field] ?? '') !== String(is?.[field] ?? '')),
    }
  })
}
