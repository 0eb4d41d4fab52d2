// What the pages of the import of history share.
import { unwrap } from '@/api/client'
import { tenantKey } from '@/api/keys'
import type { components } from '@/api/schema'
import { useApi, useTenantSlug } from '@/api/session'
import type { Tone } from '@/kit/status'
import { useMutation, useQueryClient } from '@tanstack/vue-query'

export type History = components['schemas']['HistoryImport']
export type Control = components['schemas']['HistoryControl']
export type Finding = components['schemas']['HistoryFinding']
export type Outcome = components['schemas']['HistoryOutcome']

export const kinds = ['customers', 'contracts', 'receivables', 'receipts'] as const
export type Kind = (typeof kinds)[number]
/** Kinds whose amounts the old books total. */
export const counted = (kind: string) => kind === 'receivables' || kind === 'receipts'
export const maxFileBytes = 300 * 1024 * 1024

export const working = (one: History | undefined) => one?.status === 'checking' || one?.status === 'applying'
/** Applied, and its paper is on the way. */
export const printing = (one: History | undefined) => one?.status === 'applied' && !one.hasProtocol

const tones: Record<string, Tone> = {
  draft: 'neutral',
  checking: 'primary',
  checked: 'warning',
  submitted: 'warning',
  returned: 'danger',
  applying: 'primary',
  applied: 'success',
  failed: 'danger',
  discarded: 'neutral',
}
export const toneOf = (status: string): Tone => tones[status] ?? 'neutral'

/** Where the package stands on its way of five steps; the last finished one counts. */
export function stepOf(one: History): number {
  switch (one.status) {
    case 'checking':
      return 1
    case 'checked':
      return 2
    case 'returned':
      return one.result ? 2 : 0
    case 'submitted':
      return 3
    case 'applying':
      return 4
    case 'applied':
      return 5
    default:
      return 0
  }
}

export const historyKey = (tenant: string, id: string) => tenantKey(tenant, 'history-imports', 'one', id)

/** The acts on an import; each answers with the import as it is then. */
export function useActs(id: string) {
  const api = useApi()
  const tenant = useTenantSlug()
  const client = useQueryClient()
  const path = { id }
  const keep = (value: History) => {
    client.setQueryData(historyKey(tenant, id), value)
    void client.invalidateQueries({ queryKey: tenantKey(tenant, 'history-imports', 'list') })
  }
  const act = <V>(send: (input: V) => Promise<History>) => useMutation({ mutationFn: send, onSuccess: keep })
  const params = { path }
  return {
    keep,
    check: act((version: string) =>
      unwrap(api.POST('/v1/history-imports/{id}:check', { params, body: { id, version } })),
    ),
    submit: act((version: string) =>
      unwrap(api.POST('/v1/history-imports/{id}:submit', { params, body: { id, version } })),
    ),
    withdraw: act((version: string) =>
      unwrap(api.POST('/v1/history-imports/{id}:withdraw', { params, body: { id, version } })),
    ),
    sign: act((one: History) =>
      unwrap(
        api.POST('/v1/history-imports/{id}:sign', {
          params,
          body: { id, version: one.version, seal: one.seal },
        }),
      ),
    ),
    giveBack: act((in_: { version: string; reason: string }) =>
      unwrap(api.POST('/v1/history-imports/{id}:return', { params, body: { id, ...in_ } })),
    ),
    discard: act((in_: { version: string; reason: string }) =>
      unwrap(api.POST('/v1/history-imports/{id}:discard', { params, body: { id, ...in_ } })),
    ),
    explain: act((in_: { version: string; finding: string; reason: string }) =>
      unwrap(api.POST('/v1/history-imports/{id}:explain', { params, body: { id, ...in_ } })),
    ),
    remove: act((in_: { version: string; kind: string }) =>
      unwrap(api.POST('/v1/history-imports/{id}:remove', { params, body: { id, ...in_ } })),
    ),
    update: act(
      (in_: { version: string; asOf: string; note: string; limitationYears: number; controls: Control[] }) =>
        unwrap(api.PUT('/v1/history-imports/{id}', { params, body: { id, ...in_ } })),
    ),
  }
}
export type Acts = ReturnType<typeof useActs>
