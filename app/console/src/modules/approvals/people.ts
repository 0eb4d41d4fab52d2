// Colleagues to choose from: the active members but one, with their roles as a hint.
import { useQuery } from '@tanstack/vue-query'
import { computed, type ComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'
import { unwrap } from '@/api/client'
import { tenantKey } from '@/api/keys'
import { useApi, useTenantSlug } from '@/api/session'
import type { SelectOption } from '@/kit/SelectField.vue'

export function usePeople(except: () => string = () => ''): ComputedRef<SelectOption<string>[]> {
  const { t } = useI18n()
  const api = useApi()
  const tenant = useTenantSlug()
  const members = useQuery({
    queryKey: tenantKey(tenant, 'members', 'people'),
    queryFn: () => unwrap(api.GET('/v1/members')),
  })
  return computed(() =>
    (members.data.value?.members ?? [])
      .filter((member) => member.status === 'active' && member.personId !== except())
      .map((member) => ({
        value: member.personId,
        label: member.name,
        hint: member.roles.map((role) => t(`common.role.${role}`)).join(t('approvals.step.and')),
      })),
  )
}
