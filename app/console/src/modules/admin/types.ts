import type { components } from '@/api/schema'

type Schemas = components['schemas']
export type Member = Schemas['MemberMember']
export type Invitation = Schemas['Invitation']
export type MembersReply = Schemas['ListMembersReply']
export type InviteRequest = Schemas['InviteMemberRequest']
export type UpdateRequest = Schemas['UpdateMemberRequest']
export type APIKey = Schemas['APIKey']

/** Roles that can be given, on each side, in the order in which people think of them. */
export const tenantRoles = [
  'administrator',
  'salesperson',
  'credit_reviewer',
  'approver',
  'finance',
  'dispatcher',
  'viewer',
]
export const hqRoles = ['hq_administrator', 'hq_credit_controller', 'hq_viewer']

/** The requests of a members page; a subsidiary and HQ have their own. */
export interface MembersApi {
  list: () => Promise<MembersReply>
  invite: (body: InviteRequest) => Promise<Invitation>
  revoke: (id: string) => Promise<unknown>
  update: (body: UpdateRequest & { id: string }) => Promise<Member>
}
