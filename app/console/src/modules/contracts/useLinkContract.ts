// Links a contract number to a project, whoever asks for the number; what shows contracts
// and their figures follows.
import { useMutation, useQueryClient } from '@tanstack/vue-query'
import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import { ElMessage } from 'element-plus'
import { unwrap } from '@/api/client'
import { faultsByField } from '@/api/error'
import { useErrorText } from '@/api/errorText'
import { tenantKey } from '@/api/keys'
import type { components } from '@/api/schema'
import { useApi, useTenantSlug } from '@/api/session'

export function useLinkContract(body: () => components['schemas']['LinkContractRequest'], done: () => void) {
  const { t } = useI18n()
  const api = useApi()
  const tenant = useTenantSlug()
  const client = useQueryClient()
  const { describeField } = useErrorText()
  const link = useMutation({
    mutationFn: () => unwrap(api.POST('/v1/contracts', { body: body() })),
    onSuccess: (linked) => {
      done()
      ElMessage.success(t('contracts.linked', { number: linked.erpContractNo }))
      for (const domain of ['contracts', 'receivables', 'customers', 'projects'])
        void client.invalidateQueries({ queryKey: tenantKey(tenant, domain) })
    },
  })
  const faults = computed(() => faultsByField(link.error.value))
  const error = (field: string) => {
    const fault = faults.value[field]
    return fault ? describeField(fault) : ''
  }
  return { link, error }
}
