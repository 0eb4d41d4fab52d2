// Sends what was decided, and makes everything that hangs on it be read again.
import { useMutation, useQueryClient } from '@tanstack/vue-query'
import type { Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { ElMessage } from 'element-plus'
import { unwrap } from '@/api/client'
import { ApiError } from '@/api/error'
import { tenantKey } from '@/api/keys'
import { useApi, useTenantSlug } from '@/api/session'
import type { Act } from './DecideDialog.vue'
import type { Approval } from './facts'

export interface Decision {
  act: Act
  comment: string
  /** To whom it is handed, for the acts that hand it. */
  person: string
}

export function useDecision(
  approval: Ref<Approval | undefined>,
  done: (id: string) => void,
  again: () => unknown,
) {
  const { t } = useI18n()
  const api = useApi()
  const tenant = useTenantSlug()
  const queries = useQueryClient()

  function ask({ act, comment, person }: Decision) {
    const body = { id: approval.value!.id, version: approval.value!.version }
    const params = { path: { id: body.id } }
    switch (act) {
      case 'withdraw':
        return unwrap(api.POST('/v1/approvals/{id}:withdraw', { params, body }))
      case 'transfer':
        return unwrap(
          api.POST('/v1/approvals/{id}:transfer', { params, body: { ...body, personId: person, comment } }),
        )
      case 'addBefore':
      case 'addAfter': {
        const place = act === 'addBefore' ? 'before' : 'after'
        return unwrap(
          api.POST('/v1/approvals/{id}:add', { params, body: { ...body, personId: person, place, comment } }),
        )
      }
    }
    return unwrap(
      api.POST('/v1/approvals/{id}:decide', {
        params,
        body: { ...body, approve: act === 'approve', sendBack: act === 'return', comment },
      }),
    )
  }

  return useMutation({
    mutationFn: ask,
    onSuccess: (next, { act }) => {
      queries.setQueryData(tenantKey(tenant, 'approvals', 'one', next.id), next)
      // What was decided changes ratings, limits, templates and the customer himself.
      for (const domain of ['approvals', 'customers', 'ratings', 'limits', 'templates', 'setup'])
        void queries.invalidateQueries({ queryKey: tenantKey(tenant, domain) })
      ElMessage({ type: 'success', message: t(`approvals.act.${act}Done`), plain: true })
      done(next.id)
    },
    onError: (error) => {
      // Somebody else was faster: show how it stands now.
      if (error instanceof ApiError && error.code === 409) void again()
    },
  })
}
