import { http, HttpResponse } from 'msw'
import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { apiFor, setSessionHandler, unwrap } from './client'
import { ApiError, faultsByField, formPath } from './error'

const server = setupServer()
beforeAll(() => server.listen({ onUnhandledRequest: 'error' }))
afterEach(() => server.resetHandlers())
afterAll(() => server.close())

const me = { person: { id: 'p', email: 'a', name: 'b' }, memberships: [] }

test('a tenant client names its tenant, the other does not', async () => {
  const seen: (string | null)[] = []
  server.use(
    http.get('*/v1/me', ({ request }) => {
      seen.push(request.headers.get('X-Zhuxin-Tenant'))
      return HttpResponse.json(me)
    }),
  )
  await unwrap(apiFor('huadong').GET('/v1/me'))
  await unwrap(apiFor('').GET('/v1/me'))
  expect(seen).toEqual(['huadong', null])
})

test('an error answer becomes an ApiError with its fields and its request id', async () => {
  server.use(
    http.get('*/v1/me', () =>
      HttpResponse.json(
        {
          code: 400,
          reason: 'INVALID_INPUT',
          message: 'some fields are not acceptable',
          fields: [{ field: 'items[2].max_credit_amount', reason: 'OUT_OF_RANGE', message: 'too much' }],
          metadata: { limit: '5' },
          request_id: 'r-1',
        },
        { status: 400 },
      ),
    ),
  )
  const error = await unwrap(apiFor('').GET('/v1/me')).catch((e: unknown) => e)
  expect(error).toBeInstanceOf(ApiError)
  expect(error).toMatchObject({
    code: 400,
    reason: 'INVALID_INPUT',
    requestId: 'r-1',
    metadata: { limit: '5' },
  })
  expect(Object.keys(faultsByField(error))).toEqual(['items[2].maxCreditAmount'])
})

test('a page of HTML from a proxy is an error too, and may be tried again', async () => {
  server.use(
    http.get('*/v1/me', () =>
      HttpResponse.html('<h1>bad gateway</h1>', { status: 502, headers: { 'X-Request-Id': 'r-2' } }),
    ),
  )
  const error = (await unwrap(apiFor('').GET('/v1/me')).catch((e: unknown) => e)) as ApiError
  expect(error).toMatchObject({ code: 502, reason: 'UNEXPECTED_ANSWER', requestId: 'r-2' })
  expect(error.temporary).toBe(true)
})

test('no answer at all is NETWORK', async () => {
  server.use(http.get('*/v1/me', () => HttpResponse.error()))
  await expect(unwrap(apiFor('').GET('/v1/me'))).rejects.toMatchObject({ reason: 'NETWORK', temporary: true })
})

test('a limited request says how long to wait', async () => {
  server.use(
    http.get('*/v1/me', () =>
      HttpResponse.json({ reason: 'RATE_LIMITED' }, { status: 429, headers: { 'Retry-After': '7' } }),
    ),
  )
  await expect(unwrap(apiFor('').GET('/v1/me'))).rejects.toMatchObject({ retryAfter: 7 })
})

test('401 anywhere asks for a login, and a missing second factor for that', async () => {
  const handler = vi.fn()
  setSessionHandler(handler)
  server.use(http.get('*/v1/me', () => HttpResponse.json({ reason: 'UNAUTHENTICATED' }, { status: 401 })))
  await expect(unwrap(apiFor('').GET('/v1/me'))).rejects.toMatchObject({ code: 401 })
  server.use(
    http.get('*/v1/me', () => HttpResponse.json({ reason: 'SECOND_FACTOR_REQUIRED' }, { status: 403 })),
  )
  await expect(unwrap(apiFor('').GET('/v1/me'))).rejects.toMatchObject({ code: 403 })
  server.use(http.get('*/v1/me', () => HttpResponse.json({ reason: 'PERMISSION_DENIED' }, { status: 403 })))
  await expect(unwrap(apiFor('').GET('/v1/me'))).rejects.toMatchObject({ code: 403 })
  expect(handler.mock.calls).toEqual([['login'], ['secondFactor']])
  setSessionHandler(() => {})
})

test('paths of the server become paths of the form', () => {
  expect(formPath('short_name')).toBe('shortName')
  expect(formPath('bands[0].max_overdue_days')).toBe('bands[0].maxOverdueDays')
})

test('unknown paths and wrong parameters do not compile', () => {
  const api = apiFor('')
  const never = () => [
    // @ts-expect-error there is no such route
    api.GET('/v1/nothing'),
    // @ts-expect-error an id is text
    api.GET('/v1/customers/{id}', { params: { path: { id: 5 } } }),
    // @ts-expect-error this route cannot be written to
    api.POST('/v1/me'),
  ]
  expect(never).toBeTypeOf('function')
})
