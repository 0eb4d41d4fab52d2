import { refDebounced } from '@vueuse/core'
import { useQuery } from '@tanstack/vue-query'
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import { apiFor, unwrap } from '@/api/client'
import { selfKey } from '@/api/keys'

export const plainUscc = (typed: string) => typed.normalize('NFKC').replace(/[\s-]/g, '').toUpperCase()

/** Whether a company with this code may apply, asked once the code is whole. */
export function useUsccCheck(uscc: MaybeRefOrGetter<string>) {
  const plain = computed(() => plainUscc(toValue(uscc)))
  const settled = refDebounced(plain, 300)
  const query = useQuery({
    queryKey: computed(() => selfKey('uscc-check', settled.value)),
    queryFn: () =>
      unwrap(apiFor('').GET('/v1/account/uscc-check', { params: { query: { uscc: settled.value } } })),
    enabled: computed(() => settled.value.length === 18),
    staleTime: 30_000,
  })
  const answer = computed(() =>
    settled.value === plain.value && plain.value.length === 18 ? query.data.value : undefined,
  )
  return {
    plain,
    answer,
    error: query.error,
    pending: computed(() => plain.value.length === 18 && !answer.value && !query.error.value),
    needsReason: computed(() => answer.value?.formOk === true && !answer.value.checkDigitOk),
  }
}
