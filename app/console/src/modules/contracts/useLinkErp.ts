// Links a contract of an ERP; what shows contracts and their figures follows.
import { useMutation, useQueryClient } from '@tanstack/vue-query'
import { useI18n } from 'vue-i18n'
import { ElMessage } from 'element-plus'
import { unwrap } from '@/api/client'
import { tenantKey } from '@/api/keys'
import { useApi, useTenantSlug } from '@/api/session'
import type { ErpContract } from './erp'

export interface LinkErp {
  contract: ErpContract
  contractId: string
  projectId: string
  newProject: string
  signedOn: string
}

export function useLinkErp(done?: () => void) {
  const { t } = useI18n()
  const api = useApi()
  const tenant = useTenantSlug()
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ contract, ...body }: LinkErp) =>
      unwrap(api.POST('/v1/erp-contracts/{id}:link', { params: { path: { id: contract.id } }, body })),
    onSuccess: (linked) => {
      ElMessage.success(
        t('contracts.erp.done', { number: linked.erpContractNo, project: linked.projectName }),
      )
      for (const domain of ['contracts', 'receivables', 'customers', 'projects'])
        void client.invalidateQueries({ queryKey: tenantKey(tenant, domain) })
      done?.()
    },
  })
}
