// What stands in the sheet: what is measured, what a person entered, and what he left unsent.
import { computed, ref, watch } from 'vue'
import { useFormDraft } from '@/api/useFormDraft'
import { definitionOf } from '../definition'
import type { RatingForm, ScoredValue } from '../types'
import type { Values } from '../usePreview'
import type { Value } from '../ValueField.vue'

export type Sheet = ReturnType<typeof useSheet>

export function useSheet(form: RatingForm) {
  const definition = definitionOf(form.template?.definition)
  const data = new Map(form.dataValues.map((value) => [value.indicatorCode, value]))
  const draft = form.draft

  /** A value in place of a measured one; only those of a draft are still in force. */
  function kept(value: ScoredValue | undefined) {
    return draft?.status === 'draft' && value?.override ? value : undefined
  }
  function startValues(): Values {
    const values: Values = {}
    for (const item of definition.items) {
      const measured = data.get(item.indicatorCode)
      const stored = draft?.result?.values.find((value) => value.indicatorCode === item.indicatorCode)
      if (item.kind === 'data')
        values[item.indicatorCode] = { number: kept(stored)?.number ?? measured?.number }
      else if (stored)
        values[item.indicatorCode] = { number: stored.number, choice: stored.choice || undefined }
      else values[item.indicatorCode] = {}
    }
    return values
  }
  const values = ref<Values>(startValues())
  const overridden = ref(
    new Map(
      (draft?.result?.values ?? []).flatMap((value) =>
        kept(value) ? [[value.indicatorCode, value] as const] : [],
      ),
    ),
  )
  const remark = ref(draft?.remark ?? '')
  const dirty = ref(false)
  watch([values, remark], () => (dirty.value = true))
  const set = (code: string, value: Value) => (values.value = { ...values.value, [code]: value })

  /** What a person fills in; what is measured or computed is read anew. */
  const asked = definition.items.filter((item) => item.kind !== 'data' && item.kind !== 'formula')
  const unsent = useFormDraft<{ values: Values; remark: string }>({
    name: `rating.${form.customerId}`,
    read: () => ({
      values: Object.fromEntries(
        asked.map((item) => [item.indicatorCode, values.value[item.indicatorCode] ?? {}]),
      ),
      remark: remark.value,
    }),
    apply: (kept) => {
      const next = { ...values.value }
      for (const { indicatorCode, kind, scoring } of asked) {
        const value = kept.values?.[indicatorCode]
        // The template may have changed since: only what still fits comes back.
        const fits = kind !== 'choice' || scoring?.options.some((option) => option.code === value?.choice)
        if (value && fits) next[indicatorCode] = value
      }
      values.value = next
      remark.value = kept.remark ?? ''
    },
  })

  /** Values of the rating in force that still fit the template. */
  function takeOver() {
    const next = { ...values.value }
    for (const item of definition.items) {
      if (item.kind === 'data' || item.kind === 'formula') continue
      const before = form.previous?.result?.values.find((v) => v.indicatorCode === item.indicatorCode)
      if (!before) continue
      const known = item.scoring?.options.some((option) => option.code === before.choice)
      if (item.kind === 'choice' ? known : before.number !== undefined)
        next[item.indicatorCode] =
          item.kind === 'choice' ? { choice: before.choice } : { number: before.number }
    }
    values.value = next
  }

  const open = computed(() =>
    definition.items.filter((item) => {
      const value = values.value[item.indicatorCode]
      const asked = item.kind !== 'data' && item.kind !== 'formula' && ['', 'refuse'].includes(item.missing)
      return asked && !value?.choice && !value?.number
    }),
  )

  return { definition, data, draft, values, overridden, remark, dirty, set, unsent, takeOver, open }
}
