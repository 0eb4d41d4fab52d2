import { describe, expect, test } from 'vitest'
import login from './testdata/login.json'
import { nest, outcomeOf } from './kratosClient'
import { nextPlace, safeReturn } from './useFlow'

describe('what an answer of Kratos means', () => {
  const error = (id: string, extra = {}) => ({
    error: { id, code: 400, message: 'm', reason: 'r' },
    ...extra,
  })
  test.each([
    ['a flow', 200, login, 'flow'],
    ['a flow with faults', 400, login, 'flow'],
    ['a login that is through', 200, { session: {} }, 'done'],
    ['a session is there', 400, error('session_already_available'), 'loggedIn'],
    ['second factor asked', 422, error('session_aal2_required', { redirect_browser_to: '/x' }), 'leave'],
    ['fresh login asked', 403, error('session_refresh_required', { redirect_browser_to: '/x' }), 'leave'],
    ['go elsewhere', 422, error('browser_location_change_required', { redirect_browser_to: '/x' }), 'leave'],
    ['expired', 410, error('self_service_flow_expired'), 'restart'],
    ['gone without an id', 404, {}, 'restart'],
    ['csrf', 403, error('security_csrf_violation'), 'restart'],
    ['identity mismatch', 400, error('security_identity_mismatch'), 'restart'],
    ['return_to refused', 400, error('self_service_flow_return_to_forbidden'), 'restart'],
    ['nobody logged in', 401, error('session_inactive'), 'loggedOut'],
    ['nobody logged in, no body', 401, {}, 'loggedOut'],
    ['limited', 429, { reason: 'LOGIN_LIMITED' }, 'failed'],
    ['down', 503, {}, 'failed'],
    ['switched off', 400, error('self_service_flow_disabled'), 'failed'],
  ])('%s (%i)', (_name, status, body, kind) => {
    expect(outcomeOf(status, body as never).kind).toBe(kind)
  })
})

test('the gateway’s own errors keep their reason, request id and time to wait', () => {
  const body = { code: 429, reason: 'LOGIN_LIMITED', message: 'm', request_id: 'r-1' }
  expect(outcomeOf(429, body, 840)).toMatchObject({
    reason: 'LOGIN_LIMITED',
    requestId: 'r-1',
    retryAfter: 840,
  })
  expect(outcomeOf(0, {})).toMatchObject({ reason: 'NETWORK' })
  expect(outcomeOf(503, {})).toMatchObject({ reason: 'IDENTITY_UNAVAILABLE' })
})

test('node names are paths in the body', () => {
  expect(nest({ method: 'password', 'traits.email': 'a', 'traits.name': 'b' })).toEqual({
    method: 'password',
    traits: { email: 'a', name: 'b' },
  })
})

test('only paths of our own are returned to', () => {
  for (const bad of [
    'https://evil.example',
    '//evil.example',
    '/\\evil.example',
    'javascript:alert(1)',
    undefined,
    ['/a'],
  ]) {
    expect(safeReturn(bad)).toBe('/')
  }
  expect(safeReturn('/auth/login?x')).toBe('/')
  expect(safeReturn('/t/huadong/customers?view=mine')).toBe('/t/huadong/customers?view=mine')
})

test('verification comes before a redirect', () => {
  const redirect = { action: 'redirect_browser_to', redirect_browser_to: 'https://console.test/' }
  const verify = { action: 'show_verification_ui', flow: { id: 'f1' } }
  expect(nextPlace([redirect, verify] as never)).toBe('/auth/verification?flow=f1')
  expect(nextPlace([redirect] as never)).toBe('https://console.test/')
  expect(nextPlace([])).toBeNull()
})
