// The group's figures, and those of one subsidiary.
import { useQuery } from '@tanstack/vue-query'
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import { apiFor, unwrap } from '@/api/client'
import { hqKey } from '@/api/keys'
import type { components } from '@/api/schema'

type Schemas = components['schemas']
export type GroupTotal = Schemas['GroupTotal']
export type SubsidiaryFigures = Schemas['SubsidiaryFigures']
export type GroupCustomerRow = Schemas['GroupCustomerRow']

export const useGroupOverview = () =>
  useQuery({
    queryKey: hqKey('overview'),
    queryFn: () => unwrap(apiFor('').GET('/v1/hq/overview')),
    // The projection follows the subsidiaries by itself, so the wall screen does too.
    refetchInterval: 60_000,
  })

/** Figures of one subsidiary; asks nothing without an id. */
export const useGroupSubsidiary = (tenantId: MaybeRefOrGetter<string>) =>
  useQuery({
    queryKey: computed(() => hqKey('overview', 'subsidiary', toValue(tenantId))),
    queryFn: () =>
      unwrap(
        apiFor('').GET('/v1/hq/subsidiaries/{tenantId}', {
          params: { path: { tenantId: toValue(tenantId) } },
        }),
      ),
    enabled: () => toValue(tenantId) !== '',
    refetchInterval: 60_000,
  })
