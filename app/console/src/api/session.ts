// Who is logged in and what he may see. The client only hides; the server decides.
import { queryOptions, useQuery } from '@tanstack/vue-query'
import { computed } from 'vue'
import { useRoute } from 'vue-router'
import { apiFor, unwrap, type ApiClient } from './client'
import { selfKey } from './keys'
import type { components } from './schema'

type Schemas = components['schemas']
export type Me = Schemas['Me']
export type Membership = Schemas['Membership']

export const meQuery = queryOptions({
  queryKey: selfKey('me'),
  queryFn: () => unwrap(apiFor('').GET('/v1/me')),
  staleTime: 60_000,
})

/** The logged-in person; loading and error states are TanStack's. */
export const useMe = () => useQuery(meQuery)

export type Scope = { kind: 'tenant'; slug: string } | { kind: 'hq' } | { kind: 'self' }

/** Where the current route stands: in a subsidiary, at HQ, or in one's own account. */
export function useScope() {
  const route = useRoute()
  return computed<Scope>(() => {
    const slug = route.params.tenant
    if (typeof slug === 'string' && slug) return { kind: 'tenant', slug }
    return route.path === '/hq' || route.path.startsWith('/hq/') ? { kind: 'hq' } : { kind: 'self' }
  })
}

/** The slug of the route's tenant; '' outside `/t/:tenant`. A page lives inside one tenant, so this does not change. */
export function useTenantSlug(): string {
  const slug = useRoute().params.tenant
  return typeof slug === 'string' ? slug : ''
}

/** The API client of the route's tenant, or of HQ and the own account outside a tenant. */
export function useApi(): ApiClient {
  return apiFor(useTenantSlug())
}

/** Roles and permissions in the current scope, and `can(permission)`. */
export function usePermissions() {
  const { data: me } = useMe()
  const scope = useScope()
  const membership = computed(() => {
    const at = scope.value
    return at.kind === 'tenant' ? me.value?.memberships.find((m) => m.tenantSlug === at.slug) : undefined
  })
  const held = computed(() => (scope.value.kind === 'hq' ? me.value?.hq : membership.value))
  const permissions = computed(() => new Set(held.value?.permissions ?? []))
  const roles = computed(() => held.value?.roles ?? [])
  const can = (permission?: string) => !permission || permissions.value.has(permission)
  return { me, membership, roles, permissions, can }
}
