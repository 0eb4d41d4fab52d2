// Ory Kratos' self-service API on our own origin: asks for flows, sends them, and
// turns each answer into one of a few outcomes. Knows nothing about how it looks.
import type {
  ContinueWith,
  LoginFlow,
  RecoveryFlow,
  RegistrationFlow,
  SettingsFlow,
  UiNode,
  VerificationFlow,
} from '@ory/client-fetch'

export type FlowKind = 'login' | 'registration' | 'recovery' | 'verification' | 'settings'
export type Flow = LoginFlow | RegistrationFlow | RecoveryFlow | VerificationFlow | SettingsFlow

export type Outcome =
  /** Show this flow (new, next step, or with faults). */
  | { kind: 'flow'; flow: Flow; continueWith: ContinueWith[] }
  /** The flow is through. */
  | { kind: 'done'; continueWith: ContinueWith[] }
  /** Kratos sends the browser elsewhere: second factor, a fresh login, the next flow. */
  | { kind: 'leave'; to: string }
  /** The flow is of no use any more: begin a new one. `quiet` needs no word to the person. */
  | { kind: 'restart'; id: string }
  /** A session is there already. */
  | { kind: 'loggedIn' }
  /** Nobody is logged in, and this flow needs it. */
  | { kind: 'loggedOut' }
  /** Kratos or the gateway in front of it refuses; `reason` is the gateway's, or made from Kratos' id. */
  | { kind: 'failed'; status: number; reason: string; message: string; requestId: string; retryAfter: number }

interface GenericError {
  id?: string
  code?: number
  message?: string
  reason?: string
  request?: string
}
interface Body {
  /** Of the gateway's own errors. */
  reason?: string
  message?: string
  request_id?: string
  id?: string
  ui?: { nodes: UiNode[] }
  error?: GenericError
  redirect_browser_to?: string
  continue_with?: ContinueWith[] | null
}

const restartIds = [
  'self_service_flow_expired',
  'self_service_flow_replaced',
  'security_csrf_violation',
  'security_identity_mismatch',
  'self_service_flow_return_to_forbidden',
]
const leaveIds = ['session_aal2_required', 'session_refresh_required', 'browser_location_change_required']

async function call(path: string, init?: RequestInit): Promise<{ response: Response; body: Body } | null> {
  try {
    const response = await fetch(path, {
      credentials: 'same-origin',
      ...init,
      headers: { Accept: 'application/json', ...init?.headers },
    })
    const text = await response.text()
    let body: Body = {}
    try {
      body = text ? (JSON.parse(text) as Body) : {}
    } catch {
      // A proxy's HTML page; the status tells enough.
    }
    return { response, body }
  } catch {
    return null
  }
}

function reasonOf(status: number, id: string): string {
  if (status === 0) return 'NETWORK'
  if (status === 429) return 'RATE_LIMITED'
  return status >= 500 ? 'IDENTITY_UNAVAILABLE' : `FLOW_${id}`
}

/** What an answer means for the page; exported for the tests. */
export function outcomeOf(status: number, body: Body, retryAfter = 0, requestId = ''): Outcome {
  const error = body.error ?? {}
  const id = error.id ?? ''
  const continueWith = body.continue_with ?? []
  if (id === 'session_already_available') return { kind: 'loggedIn' }
  if (leaveIds.includes(id) && body.redirect_browser_to)
    return { kind: 'leave', to: body.redirect_browser_to }
  if (restartIds.includes(id)) return { kind: 'restart', id }
  if (id === 'session_aal1_required' || id === 'session_inactive') return { kind: 'loggedOut' }
  if (body.ui && body.id) return { kind: 'flow', flow: body as unknown as Flow, continueWith }
  if (status >= 200 && status < 300) return { kind: 'done', continueWith }
  if (status === 401) return { kind: 'loggedOut' }
  if (status === 422 && body.redirect_browser_to) return { kind: 'leave', to: body.redirect_browser_to }
  if (status === 404 || status === 410) return { kind: 'restart', id: id || 'self_service_flow_expired' }
  return {
    kind: 'failed',
    status,
    reason: body.reason ?? reasonOf(status, id),
    message: body.message ?? error.reason ?? error.message ?? '',
    requestId: body.request_id ?? error.request ?? requestId,
    retryAfter,
  }
}

async function outcome(path: string, init?: RequestInit): Promise<Outcome> {
  const answer = await call(path, init)
  if (!answer) return outcomeOf(0, {})
  const { response, body } = answer
  const seconds = Number.parseInt(response.headers.get('Retry-After') ?? '', 10)
  return outcomeOf(
    response.status,
    body,
    Number.isFinite(seconds) ? seconds : 0,
    response.headers.get('X-Request-Id') ?? '',
  )
}

/** Begins a flow; options are return_to, aal, refresh. */
export function createFlow(kind: FlowKind, options: Record<string, string>): Promise<Outcome> {
  const query = new URLSearchParams(options).toString()
  return outcome(`/self-service/${kind}/browser${query ? `?${query}` : ''}`)
}

export function getFlow(kind: FlowKind, id: string): Promise<Outcome> {
  return outcome(`/self-service/${kind}/flows?id=${encodeURIComponent(id)}`)
}

/** Sends the values to the flow's action, on our own origin whatever host Kratos wrote into it. */
export function submitFlow(flow: Flow, values: Record<string, unknown>): Promise<Outcome> {
  const action = new URL(flow.ui.action, window.location.origin)
  return outcome(action.pathname + action.search, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(nest(values)),
  })
}

/** Node names are paths: {'traits.email': x} is sent as {traits: {email: x}}. */
export function nest(values: Record<string, unknown>): Record<string, unknown> {
  const root: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(values)) {
    const path = name.split('.')
    let at = root
    for (const part of path.slice(0, -1)) at = (at[part] ??= {}) as Record<string, unknown>
    at[path[path.length - 1]!] = value
  }
  return root
}

/** Ends the session; true when nobody is logged in afterwards. */
export async function logout(): Promise<boolean> {
  const asked = await call('/self-service/logout/browser')
  if (asked?.response.status === 401) return true
  const token = (asked?.body as { logout_token?: string } | undefined)?.logout_token
  if (!asked?.response.ok || !token) return false
  const done = await call(`/self-service/logout?token=${encodeURIComponent(token)}`)
  return Boolean(done && (done.response.ok || done.response.status === 401))
}

export interface DeviceSession {
  id: string
  current: boolean
  authenticatedAt: string
  address: string
  agent: string
}

interface KratosSession {
  id: string
  authenticated_at?: string
  devices?: { ip_address?: string; user_agent?: string }[]
}

function device(session: KratosSession, current: boolean): DeviceSession {
  const last = session.devices?.[session.devices.length - 1]
  return {
    id: session.id,
    current,
    authenticatedAt: session.authenticated_at ?? '',
    address: last?.ip_address ?? '',
    agent: last?.user_agent ?? '',
  }
}

/** This session and the others of the person; null when Kratos does not answer. */
export async function listSessions(): Promise<DeviceSession[] | null> {
  const [own, others] = await Promise.all([call('/sessions/whoami'), call('/sessions')])
  if (!own?.response.ok || !others?.response.ok) return null
  return [
    device(own.body as unknown as KratosSession, true),
    ...(others.body as unknown as KratosSession[]).map((session) => device(session, false)),
  ]
}

/** Ends all sessions but this one. */
export async function revokeOtherSessions(): Promise<boolean> {
  const answer = await call('/sessions', { method: 'DELETE' })
  return Boolean(answer?.response.ok)
}

/** What went wrong in a flow that Kratos gave up on; by the id of /auth/error?id=. */
export async function flowError(id: string): Promise<GenericError | null> {
  const answer = await call(`/self-service/errors?id=${encodeURIComponent(id)}`)
  return answer?.response.ok ? (answer.body.error ?? null) : null
}
