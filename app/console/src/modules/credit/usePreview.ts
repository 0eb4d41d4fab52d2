// Scores by the server a moment after the last change; an error keeps the last result.
import { refDebounced } from '@vueuse/core'
import { keepPreviousData, useQuery } from '@tanstack/vue-query'
import { computed, type Ref } from 'vue'
import { unwrap } from '@/api/client'
import { tenantKey } from '@/api/keys'
import { useApi, useTenantSlug } from '@/api/session'
import type { Value } from './ValueField.vue'
import type { Definition, ValueInput } from './types'

export type Values = Record<string, Value>

/** The values that the definition knows and that are there. */
export function valueInputs(definition: Definition, values: Values, withData: boolean): ValueInput[] {
  return definition.items.flatMap((item): ValueInput[] => {
    const value = values[item.indicatorCode]
    if (!value || item.kind === 'formula' || (item.kind === 'data' && !withData)) return []
    if (item.kind === 'choice') {
      const known = item.scoring?.options.some((option) => option.code === value.choice)
      return known ? [{ indicatorCode: item.indicatorCode, choice: value.choice }] : []
    }
    return value.number ? [{ indicatorCode: item.indicatorCode, number: value.number }] : []
  })
}

export function usePreview(definition: Ref<Definition>, values: Ref<Values>) {
  const api = useApi()
  const tenant = useTenantSlug()
  const asked = computed(() =>
    JSON.stringify({
      definition: definition.value,
      values: valueInputs(definition.value, values.value, true),
    }),
  )
  const settled = refDebounced(asked, 300)
  return useQuery({
    queryKey: computed(() => tenantKey(tenant, 'preview', settled.value)),
    queryFn: () =>
      unwrap(
        api.POST('/v1/rating-templates:preview', {
          body: JSON.parse(settled.value) as { definition: Definition; values: ValueInput[] },
        }),
      ),
    enabled: computed(() => definition.value.items.length > 0),
    placeholderData: keepPreviousData,
    staleTime: Infinity,
    gcTime: 60_000,
  })
}
