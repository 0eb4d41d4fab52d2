// The first steps of a subsidiary, as the server computes them from what is there.
import { useQuery } from '@tanstack/vue-query'
import { computed } from 'vue'
import { unwrap } from '@/api/client'
import { tenantKey } from '@/api/keys'
import { useApi, usePermissions, useTenantSlug } from '@/api/session'

export function useSetup() {
  const api = useApi()
  const tenant = useTenantSlug()
  const { can, roles } = usePermissions()
  const query = useQuery({
    queryKey: tenantKey(tenant, 'setup'),
    queryFn: () => unwrap(api.GET('/v1/setup')),
    enabled: computed(() => can('setup.read')),
  })
  const steps = computed(() =>
    (query.data.value?.steps ?? []).map((step) => ({
      ...step,
      to: `/t/${tenant}/${step.path}`,
      mine: step.roles.some((role) => roles.value.includes(role)),
    })),
  )
  const done = computed(() => steps.value.filter((step) => step.done).length)
  /** The first open step, whoever can do it: the order matters. */
  const next = computed(() => steps.value.find((step) => !step.done))
  return { query, steps, done, next, complete: computed(() => query.data.value?.complete ?? false) }
}
