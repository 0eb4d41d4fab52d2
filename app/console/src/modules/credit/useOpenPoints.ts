// Words for what the server still misses in a draft, by reason and place.
import { useI18n } from 'vue-i18n'
import { full, weightSum } from './definition'
import { points } from './fixed'
import type { Definition, OpenPoint } from './types'
import { useNames } from './units'

export interface ShownPoint {
  /** What it is about: an indicator, a grade, or the whole. */
  subject: string
  text: string
  warning: boolean
  /** Where to go: the tab of the designer, and the item or band. */
  tab: 'items' | 'bands'
  index: number
}

export function useOpenPoints() {
  const { t, te } = useI18n()
  const { named } = useNames()

  function describe(point: OpenPoint, definition: Definition): ShownPoint {
    const at = /^(?:definition\.)?(items|bands)(?:\[(\d+)\])?(?:\.(.+))?$/.exec(point.field)
    const tab = at?.[1] === 'bands' ? 'bands' : 'items'
    const index = at?.[2] === undefined ? -1 : Number(at[2])
    const rest = at?.[3] ?? ''
    const item = tab === 'items' ? definition.items[index] : undefined
    const band = tab === 'bands' ? definition.bands[index] : undefined
    const subject = item
      ? named(item)
      : band
        ? t('credit.point.grade', { grade: band.grade })
        : t(`credit.designer.tab.${tab}`)
    // A reason may mean different things for scoring and for the frame around it.
    const place = rest.startsWith('scoring')
      ? 'scoring'
      : rest
          .split('.')
          .at(-1)!
          .replace(/\[\d+\]/g, '')
    const keys = [`credit.point.${point.reason}_${place}`, `credit.point.${point.reason}`]
    const key = keys.find((candidate) => te(candidate))
    const difference = full - weightSum(definition.items)
    const text = key
      ? t(key, {
          sum: points(full - difference),
          rest: points(Math.abs(difference)),
          grade: band?.grade ?? '',
          better: definition.bands[index - 1]?.grade ?? '',
        })
      : point.message
    return { subject, text, warning: point.warning, tab, index }
  }
  return { describe }
}
