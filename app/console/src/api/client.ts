// The typed client. A tenant's client is bound to its slug when it is made, not when
// a request leaves: a refetch that runs during a switch of tenants must never ask for
// the new tenant's data under the old tenant's cache key.
import createClient, { type Client, type Middleware } from 'openapi-fetch'
import { ApiError } from './error'
import type { paths } from './schema'
import { verified } from './stepUp'

export type ApiClient = Client<paths>

/** What the person has to do before the same request can succeed. */
export type SessionNeed = 'login' | 'secondFactor'

/** Called when the session is gone or too weak; the router sets it, so that this file does not import it. */
let onSessionNeed: (need: SessionNeed) => void = () => {}
export function setSessionHandler(handler: (need: SessionNeed) => void): void {
  onSessionNeed = handler
}

async function sessionNeed(response: Response): Promise<SessionNeed | null> {
  if (response.status === 401) return 'login'
  if (response.status !== 403) return null
  const body = (await response
    .clone()
    .json()
    .catch(() => ({}))) as { reason?: string }
  return body.reason === 'SECOND_FACTOR_REQUIRED' ? 'secondFactor' : null
}

function makeClient(tenant: string): ApiClient {
  const client = createClient<paths>({ baseUrl: '', headers: { Accept: 'application/json' } })
  // A request's body can be read once; what may have to go out again is kept until
  // its answer is there.
  const kept = new Map<string, Request>()
  const scope: Middleware = {
    onRequest({ request, id }) {
      if (tenant) request.headers.set('X-Zhuxin-Tenant', tenant)
      // Texts of the server come in the language that is read, which the browser's need not be.
      if (document.documentElement.lang) request.headers.set('Accept-Language', document.documentElement.lang)
      if (request.method !== 'GET') kept.set(id, request.clone())
      return request
    },
    async onResponse({ response, id, options }) {
      const sent = kept.get(id)
      kept.delete(id)
      const answer = sent
        ? await verified(response, sent, options.fetch).catch(() => Promise.reject(ApiError.network()))
        : response
      const need = await sessionNeed(answer)
      if (need) onSessionNeed(need)
      return answer
    },
    onError({ id }) {
      kept.delete(id)
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
