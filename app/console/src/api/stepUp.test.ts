import { http, HttpResponse } from 'msw'
import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { nextTick, watch } from 'vue'
import { apiFor, unwrap } from './client'
import { askPerson, question } from './stepUp'

const server = setupServer()
beforeAll(() => server.listen({ onUnhandledRequest: 'error' }))
afterEach(() => server.resetHandlers())
afterAll(() => server.close())

interface Seen {
  header: string | null
  tenant: string | null
  body: unknown
}

/** Refuses until the n-th try; each refusal makes a new challenge. */
function refusing(tries: number): Seen[] {
  const seen: Seen[] = []
  server.use(
    http.post('*/v1/customers/c1/limit-adjustments', async ({ request }) => {
      seen.push({
        header: request.headers.get('X-Step-Up'),
        tenant: request.headers.get('X-Zhuxin-Tenant'),
        body: await request.json(),
      })
      if (seen.length > tries) return HttpResponse.json({ id: 'l1' })
      const metadata = { challenge_id: `ch${seen.length}`, act: 'limit_change', why: 'none' }
      return HttpResponse.json({ code: 403, reason: 'STEP_UP_REQUIRED', metadata }, { status: 403 })
    }),
  )
  return seen
}

const send = () =>
  unwrap(
    apiFor('huadong').POST('/v1/customers/{customerId}/limit-adjustments', {
      params: { path: { customerId: 'c1' } },
      body: { customerId: 'c1', kind: 'amount', amount: '500', reason: '旺季' } as never,
    }),
  )

function answering(...answers: boolean[]): string[] {
  const asked: string[] = []
  const stop = watch(question, (one) => {
    if (!one) return
    asked.push(one.challenge.id)
    const answer = answers.shift() ?? false
    void nextTick(() => one.answer(answer))
    if (!answers.length) stop()
  })
  return asked
}

test('the same request goes out again with the challenge, and its sender only waits', async () => {
  const seen = refusing(2)
  const asked = answering(true, true)
  await expect(send()).resolves.toEqual({ id: 'l1' })
  expect(asked).toEqual(['ch1', 'ch2'])
  expect(seen.map((one) => one.header)).toEqual([null, 'ch1', 'ch2'])
  expect(new Set(seen.map((one) => JSON.stringify(one.body))).size).toBe(1)
  expect(seen.every((one) => one.tenant === 'huadong')).toBe(true)
})

test('who turns away gets the refusal, and nothing is sent', async () => {
  const seen = refusing(5)
  answering(false)
  await expect(send()).rejects.toMatchObject({ code: 403, reason: 'STEP_UP_REQUIRED' })
  expect(seen.length).toBe(1)
})

test('two requests ask one after the other', async () => {
  const first = askPerson({ id: 'a', act: '', why: 'none' })
  const second = askPerson({ id: 'b', act: '', why: 'none' })
  await Promise.resolve()
  expect(question.value?.challenge.id).toBe('a')
  question.value?.answer(false)
  expect(await first).toBe(false)
  await nextTick()
  expect(question.value?.challenge.id).toBe('b')
  question.value?.answer(true)
  expect(await second).toBe(true)
  expect(question.value).toBe(null)
})
