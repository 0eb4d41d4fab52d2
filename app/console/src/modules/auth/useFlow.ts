// The life of one flow on a page: begun or fetched, sent, renewed once when it is no
// longer of use, and where the browser goes when it is through.
import { useQueryClient } from '@tanstack/vue-query'
import { computed, onMounted, ref, shallowRef, watch } from 'vue'
import { onBeforeRouteLeave, useRoute, useRouter } from 'vue-router'
import type { ContinueWith } from '@ory/client-fetch'
import { ApiError } from '@/api/error'
import { createFlow, getFlow, submitFlow, type Flow, type FlowKind, type Outcome } from './kratosClient'

/** A path of our own; anything else could lead a person away after his login. */
export function safeReturn(value: unknown): string {
  if (typeof value !== 'string') return '/'
  return /^\/(?![/\\])/.test(value) && !value.startsWith('/auth/login') ? value : '/'
}

/** Where a finished flow goes on, most pressing first; null is the page's own way. */
export function nextPlace(steps: ContinueWith[]): string | null {
  const places: Record<string, string> = {
    show_verification_ui: '/auth/verification',
    show_recovery_ui: '/auth/recovery',
    show_settings_ui: '/auth/settings',
  }
  for (const action of Object.keys(places)) {
    const step = steps.find((s) => s.action === action) as { flow?: { id: string } } | undefined
    if (step?.flow) return `${places[action]}?flow=${encodeURIComponent(step.flow.id)}`
  }
  const redirect = steps.find((s) => s.action === 'redirect_browser_to') as
    { redirect_browser_to?: string } | undefined
  return redirect?.redirect_browser_to ?? null
}

export function useFlow(
  kind: FlowKind,
  options: { onDone?: (steps: ContinueWith[]) => void; onFlow?: (flow: Flow) => void } = {},
) {
  const route = useRoute()
  const router = useRouter()
  const queries = useQueryClient()
  const flow = shallowRef<Flow>()
  const pending = ref(false)
  const failure = shallowRef<unknown>(null)
  /** Said above the form: why the person sees a new form. */
  const notice = ref('')
  const ownPath = route.path
  let renewals = 0
  let begunWith = ''
  /** The person is on the way to another page: an answer that comes now must not call him back. */
  let leaving = false
  onBeforeRouteLeave(() => {
    leaving = true
  })

  const returnTo = () => safeReturn(route.query.return_to)

  function startOptions(): Record<string, string> {
    const query: Record<string, string> = {}
    for (const name of ['aal', 'refresh', 'via']) {
      const value = route.query[name]
      if (typeof value === 'string') query[name] = value
    }
    // Kratos only accepts listed origins; ours is one, and the path comes back with the flow.
    if (route.query.return_to) query.return_to = new URL(returnTo(), window.location.origin).href
    return query
  }

  /** Follows an address from Kratos: inside the console by the router, else by the browser. */
  function go(to: string) {
    const target = new URL(to, window.location.origin)
    const ours = target.origin === window.location.origin && !target.pathname.startsWith('/self-service')
    if (ours) void router.push(target.pathname + target.search + target.hash)
    else window.location.assign(target.href)
  }

  /** Who logs in or out is somebody else: nothing of the cache may stay. */
  function finish(steps: ContinueWith[]) {
    queries.clear()
    const next = nextPlace(steps)
    if (options.onDone) options.onDone(steps)
    else if (next && kind === 'registration' && !next.startsWith('http'))
      go(`${next}&return_to=${encodeURIComponent(returnTo())}`)
    else go(kind === 'login' || kind === 'registration' ? returnTo() : (next ?? returnTo()))
  }

  async function handle(outcome: Outcome): Promise<void> {
    if (leaving) return
    failure.value = null
    switch (outcome.kind) {
      case 'flow': {
        const next = nextPlace(outcome.continueWith)
        flow.value = outcome.flow
        if (next && kind === 'recovery') return go(next)
        options.onFlow?.(outcome.flow)
        if (route.query.flow !== outcome.flow.id) {
          await router.replace({ query: { ...route.query, flow: outcome.flow.id } })
        }
        return
      }
      case 'done':
        return finish(outcome.continueWith)
      case 'loggedIn':
        return go(returnTo())
      case 'loggedOut': {
        await router.replace({ path: '/auth/login', query: { return_to: route.path } })
        return
      }
      case 'leave':
        return go(outcome.to)
      case 'restart':
        return restart(outcome.id)
      case 'failed':
        failure.value = new ApiError(
          outcome.status,
          { reason: outcome.reason, message: outcome.message, request_id: outcome.requestId },
          outcome.retryAfter,
        )
    }
  }

  async function restart(id: string): Promise<void> {
    renewals++
    if (renewals > 1) {
      failure.value = new ApiError(410, { reason: 'FLOW_LOST', message: id })
      return
    }
    // An expired form is renewed without a word while nothing was typed into it.
    notice.value = flow.value ? 'auth.renewed' : ''
    const query = { ...route.query }
    delete query.flow
    await router.replace({ query })
    await handle(await createFlow(kind, startOptions()))
  }

  // The same page again with another question: a second factor after the password.
  const asked = computed(() =>
    ['flow', 'aal', 'refresh'].map((name) => String(route.query[name] ?? '')).join(' '),
  )
  watch([asked, pending], () => {
    const other = (route.query.flow ?? undefined) !== flow.value?.id
    if (!pending.value && other && asked.value !== begunWith && route.path === ownPath) void begin()
  })

  async function begin(): Promise<void> {
    leaving = false
    begunWith = asked.value
    pending.value = true
    const id = route.query.flow
    const known = typeof id === 'string' && id !== ''
    await handle(known ? await getFlow(kind, id) : await createFlow(kind, startOptions()))
    if (flow.value) renewals = 0
    pending.value = false
  }

  async function submit(values: Record<string, unknown>): Promise<void> {
    if (!flow.value || pending.value) return
    leaving = false
    pending.value = true
    notice.value = ''
    const outcome = await submitFlow(flow.value, values)
    if (outcome.kind !== 'restart') renewals = 0
    await handle(outcome)
    pending.value = false
  }

  onMounted(begin)
  return { flow, pending, failure, notice, submit, begin, returnTo, go }
}
