// The typed client. A tenant's client is bound to its slug when it is made, not when
// a request leaves: a refetch that runs during a switch of tenants must never ask for
// the new tenant's data under the old tenant's cache key.
import createClient, { type Client, type Middleware } from 'openapi-fetch'
import { ApiError } from './error'
import type { paths } from './schema'

export type ApiClient = Client<paths>

/** Called when the session is gone; the router sets it, so that this file does not import it. */
let onUnauthorized: () => void = () => {}
export function setUnauthorizedHandler(handler: () => void): void {
  onUnauthorized = handler
}

function makeClient(tenant: string): ApiClient {
  const client = createClient<paths>({ baseUrl: '', headers: { Accept: 'application/json' } })
  const scope: Middleware = {
    onRequest({ request }) {
      if (tenant) request.headers.set('X-Zhuxin-Tenant', tenant)
      return request
    },
    onResponse({ response }) {
      if (response.status === 401) onUnauthorized()
    },
    onError() {
      return ApiError.network()
    },
  }
  client.use(scope)
  return client
}

const clients = new Map<string, ApiClient>()

/** The client of one tenant by its slug; '' is for HQ and for the person's own routes. */
export function apiFor(tenant: string): ApiClient {
  let client = clients.get(tenant)
  if (!client) {
    client = makeClient(tenant)
    clients.set(tenant, client)
  }
  return client
}

/** Gives the data of an answer or throws its ApiError: `await unwrap(api.GET('/v1/me'))`. */
export async function unwrap<T>(
  answer: Promise<{ data?: T; error?: unknown; response: Response }>,
): Promise<NonNullable<T>> {
  const { data, error, response } = await answer
  if (!response.ok) throw ApiError.of(response, error)
  return (data ?? {}) as NonNullable<T>
}
