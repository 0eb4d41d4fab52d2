// Both sides have the same schedules under different addresses.
import { useQuery } from '@tanstack/vue-query'
import { apiFor, unwrap } from '@/api/client'
import { hqKey, tenantKey } from '@/api/keys'
import type { components } from '@/api/schema'

export type Schedule = components['schemas']['ReportSchedule']
export type Send = components['schemas']['ReportSend']
export type Spec = components['schemas']['ReportSpec']
export type Body = components['schemas']['CreateScheduleRequest']

export function schedulesOf(slug: string) {
  const api = apiFor(slug)
  const hq = slug === ''
  const at = (id: string) => ({ params: { path: { id } } })
  return {
    key: (...parts: unknown[]) =>
      hq ? hqKey('report-schedules', ...parts) : tenantKey(slug, 'report-schedules', ...parts),
    list: () => unwrap(hq ? api.GET('/v1/hq/report-schedules') : api.GET('/v1/report-schedules')),
    recipients: (report: string, salespersonId?: string) => {
      const params = { query: { report, salespersonId: hq ? undefined : salespersonId } }
      return unwrap(
        hq
          ? api.GET('/v1/hq/report-schedules:recipients', { params })
          : api.GET('/v1/report-schedules:recipients', { params }),
      )
    },
    create: (body: Body) =>
      unwrap(hq ? api.POST('/v1/hq/report-schedules', { body }) : api.POST('/v1/report-schedules', { body })),
    change: (id: string, version: string, values: Body) => {
      const body = { ...values, id, version }
      return unwrap(
        hq
          ? api.PUT('/v1/hq/report-schedules/{id}', { ...at(id), body })
          : api.PUT('/v1/report-schedules/{id}', { ...at(id), body }),
      )
    },
    pause: (one: Schedule, paused: boolean) => {
      const body = { id: one.id, version: one.version, paused }
      return unwrap(
        hq
          ? api.POST('/v1/hq/report-schedules/{id}:pause', { ...at(one.id), body })
          : api.POST('/v1/report-schedules/{id}:pause', { ...at(one.id), body }),
      )
    },
    remove: (id: string) =>
      unwrap(
        hq
          ? api.DELETE('/v1/hq/report-schedules/{id}', at(id))
          : api.DELETE('/v1/report-schedules/{id}', at(id)),
      ),
    send: (id: string) => {
      const body = { id }
      return unwrap(
        hq
          ? api.POST('/v1/hq/report-schedules/{id}:send', { ...at(id), body })
          : api.POST('/v1/report-schedules/{id}:send', { ...at(id), body }),
      )
    },
    sends: (id: string) =>
      unwrap(
        hq
          ? api.GET('/v1/hq/report-schedules/{id}/sends', at(id))
          : api.GET('/v1/report-schedules/{id}/sends', at(id)),
      ),
  }
}

export function useScheduleList(slug: string) {
  const all = schedulesOf(slug)
  return useQuery({
    queryKey: all.key('list'),
    queryFn: all.list,
    // While something waits to be sent, what became of it is soon known.
    refetchInterval: (query) =>
      query.state.data?.schedules.some((one) => one.last?.state === 'waiting') ? 5000 : false,
  })
}
