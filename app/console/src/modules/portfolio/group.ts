// Rows of the group's tables: each subsidiary, then their sum.
import type { components } from '@/api/schema'

export type GroupReport = components['schemas']['GroupPortfolio']
export type Figures = components['schemas']['QualityFigures']
export interface Line {
  id: string
  name: string
  figures: Figures
}

export function linesOf(report: GroupReport, sumName: string): Line[] {
  const parts = report.parts.map((one) => ({ id: one.tenantId, name: one.name, figures: one.figures! }))
  return [...parts, { id: '', name: sumName, figures: report.sum! }]
}

/** A subsidiary's row leads down to it. */
export const down = (row: Line, tab: string) =>
  row.id ? { name: 'hq-portfolio', query: { s: row.id, tab } } : undefined
