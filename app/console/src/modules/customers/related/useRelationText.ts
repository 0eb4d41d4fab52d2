// A relation in words.
import { useI18n } from 'vue-i18n'
import { percent } from '@/lib/format'
import type { Party, Relation } from './graph'

export function useRelationText() {
  const { t, te, locale } = useI18n()
  const share = (relation: Relation) => (relation.share ? percent(relation.share, locale.value) : '')
  function kind(relation: Relation): string {
    const key = `customers.related.kind.${relation.kind}`
    const word = te(key) ? t(key) : relation.kind
    return [word, share(relation)].filter(Boolean).join(' ')
  }
  return {
    share,
    kind,
    /** Who is what of whom. */
    sentence: (relation: Relation, one: Party, other: Party) => {
      const [from, to] = relation.fromId === one.id ? [one, other] : [other, one]
      return t('customers.related.sentence', { from: from.name, to: to.name, kind: kind(relation) })
    },
  }
}
