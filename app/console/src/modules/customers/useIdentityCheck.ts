// What is known about a name and a code while they are typed (000-39 to 000-41).
import { refDebounced } from '@vueuse/core'
import { keepPreviousData, useQuery } from '@tanstack/vue-query'
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import { unwrap } from '@/api/client'
import { tenantKey } from '@/api/keys'
import { useApi, useTenantSlug } from '@/api/session'

/** A code as it is registered: without the blanks people type, in capitals. */
export const plainUscc = (typed: string) => typed.normalize('NFKC').replace(/[\s-]/g, '').toUpperCase()

/** `own` is the customer that is edited: that it has its own name and code is no hit. */
export function useIdentityCheck(
  name: MaybeRefOrGetter<string>,
  uscc: MaybeRefOrGetter<string>,
  own: MaybeRefOrGetter<string> = '',
) {
  const api = useApi()
  const tenant = useTenantSlug()
  const asked = computed(() => ({ name: toValue(name).trim(), uscc: plainUscc(toValue(uscc)) }))
  const settled = refDebounced(asked, 350)
  // A few characters match half the list; a code is worth asking once it is whole.
  const named = computed(() => settled.value.name.length >= 2)
  const coded = computed(() => settled.value.uscc.length === 18)
  const query = useQuery({
    queryKey: computed(() => tenantKey(tenant, 'identity', settled.value)),
    queryFn: () =>
      unwrap(
        api.GET('/v1/customers:check-identity', {
          params: {
            query: {
              name: named.value ? settled.value.name : '',
              uscc: coded.value ? settled.value.uscc : '',
            },
          },
        }),
      ),
    enabled: computed(() => named.value || coded.value),
    placeholderData: keepPreviousData,
    staleTime: 30_000,
  })
  const pending = computed(
    () =>
      query.isFetching.value ||
      asked.value.name !== settled.value.name ||
      asked.value.uscc !== settled.value.uscc,
  )
  const answer = computed(() => query.data.value)
  const self = computed(() => Boolean(toValue(own)) && answer.value?.existingCustomerId === toValue(own))
  return {
    typed: asked,
    named,
    coded,
    answer,
    pending,
    error: query.error,
    nameTaken: computed(() => named.value && answer.value?.nameFree === false && !self.value),
    usccTaken: computed(() => coded.value && answer.value?.usccFree === false && !self.value),
    /** Only the check character fails: a registered code may be accepted with a reason. */
    needsReason: computed(
      () => coded.value && answer.value?.formOk === true && answer.value.checkDigitOk === false,
    ),
    badForm: computed(
      () =>
        (coded.value && answer.value?.formOk === false) ||
        (asked.value.uscc !== '' && asked.value.uscc.length > 18),
    ),
    negative: computed(() => (coded.value ? (answer.value?.negativeHit ?? undefined) : undefined)),
    elsewhere: computed(() => (coded.value ? (answer.value?.knownElsewhere ?? 0) : 0)),
  }
}
