import type { components } from '@/api/schema'

type Schemas = components['schemas']
export type ApplicationRow = Schemas['ApplicationRow']
export type InvitationCode = Schemas['InvitationCode']
export type Tenant = Schemas['Tenant']
