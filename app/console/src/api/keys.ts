// Query keys. The scope comes first, so that one tenant's cache is never read for
// another and a mutation can invalidate a whole domain of one tenant.

/** Keys of one tenant: tenantKey('huadong', 'customers', filter). */
export const tenantKey = (tenant: string, domain: string, ...rest: unknown[]) =>
  ['t', tenant, domain, ...rest] as const

/** Keys of HQ's screens. */
export const hqKey = (domain: string, ...rest: unknown[]) => ['hq', domain, ...rest] as const

/** Keys of the person's own account. */
export const selfKey = (domain: string, ...rest: unknown[]) => ['self', domain, ...rest] as const
