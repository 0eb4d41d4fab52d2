// The group's figures; overview and the page of one subsidiary read the same answer.
import { useQuery } from '@tanstack/vue-query'
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
