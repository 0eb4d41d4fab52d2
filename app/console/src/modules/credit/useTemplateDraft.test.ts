import { VueQueryPlugin, QueryClient } from '@tanstack/vue-query'
import { flushPromises, mount } from '@vue/test-utils'
import { createPinia } from 'pinia'
import { defineComponent } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { testI18n } from '@/test-i18n'
import type { Template } from './types'
import { autosaveDelay, useTemplateDraft } from './useTemplateDraft'

const template = (version: string, name = 'v'): Template => ({
  id: 't1',
  number: 2,
  name,
  status: 'draft',
  definition: { items: [], bands: [] },
  openPoints: [],
  version,
  decisionComment: '',
})
const answer = (status: number, body: unknown) =>
  new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } })

let requests: { method: string; body: { name: string; version: string } }[]
let replies: (() => Response | Promise<Response>)[]

async function stand() {
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [{ path: '/t/:tenant', component: { render: () => null } }],
  })
  await router.push('/t/huadong')
  let draft!: ReturnType<typeof useTemplateDraft>
  const page = mount(
    defineComponent({
      setup() {
        draft = useTemplateDraft(template('1'))
        return () => null
      },
    }),
    {
      global: {
        plugins: [testI18n(), router, createPinia(), [VueQueryPlugin, { queryClient: new QueryClient() }]],
      },
    },
  )
  return { page, draft }
}
const settle = async () => {
  await vi.advanceTimersByTimeAsync(0)
  await flushPromises()
}

beforeEach(() => {
  vi.useFakeTimers()
  requests = []
  replies = []
  vi.stubGlobal('fetch', async (request: Request) => {
    const text = request.method === 'GET' ? '{}' : await request.text()
    requests.push({ method: request.method, body: JSON.parse(text) as never })
    return replies.shift()!()
  })
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

describe('draft of a template', () => {
  test('is saved once, two seconds after the last change', async () => {
    const { draft } = await stand()
    replies = [() => answer(200, template('2', 'ab'))]
    draft.draft.name = 'a'
    await vi.advanceTimersByTimeAsync(autosaveDelay - 500)
    draft.draft.name = 'ab'
    await vi.advanceTimersByTimeAsync(autosaveDelay - 500)
    expect(requests).toEqual([])
    expect(draft.state.value).toBe('dirty')
    await vi.advanceTimersByTimeAsync(600)
    await settle()
    expect(requests.map((r) => [r.body.name, r.body.version])).toEqual([['ab', '1']])
    expect(draft.state.value).toBe('saved')
  })

  test('a change during the request is saved after it, by the new version', async () => {
    const { draft } = await stand()
    let finish!: (r: Response) => void
    replies = [
      () => new Promise<Response>((resolve) => (finish = resolve)),
      () => answer(200, template('3', 'b')),
    ]
    draft.draft.name = 'a'
    const saving = draft.save()
    await settle()
    draft.draft.name = 'b'
    await settle()
    finish(answer(200, template('2', 'a')))
    await saving
    expect(draft.state.value).toBe('dirty')
    await vi.advanceTimersByTimeAsync(autosaveDelay + 100)
    await settle()
    expect(requests.map((r) => [r.body.name, r.body.version])).toEqual([
      ['a', '1'],
      ['b', '2'],
    ])
    expect(draft.state.value).toBe('saved')
    expect(draft.draft.name).toBe('b')
  })

  test('somebody else was faster: nothing is sent until the person chooses', async () => {
    const { draft } = await stand()
    replies = [
      () => answer(409, { reason: 'VERSION_CONFLICT' }),
      () => answer(200, template('7', 'theirs')),
      () => answer(200, template('8', 'mine')),
    ]
    draft.draft.name = 'mine'
    await draft.save()
    expect(draft.state.value).toBe('conflict')
    draft.draft.name = 'mine'
    await vi.advanceTimersByTimeAsync(autosaveDelay * 2)
    expect(requests).toHaveLength(1)
    await draft.resolve('mine')
    expect(requests.at(-1)).toMatchObject({ method: 'PUT', body: { name: 'mine', version: '7' } })
    expect(draft.state.value).toBe('saved')
  })

  test('taking theirs sends nothing', async () => {
    const { draft } = await stand()
    replies = [() => answer(409, { reason: 'VERSION_CONFLICT' }), () => answer(200, template('7', 'theirs'))]
    draft.draft.name = 'mine'
    await draft.save()
    await draft.resolve('theirs')
    await vi.advanceTimersByTimeAsync(autosaveDelay * 2)
    expect(draft.draft.name).toBe('theirs')
    expect(draft.state.value).toBe('saved')
    expect(requests).toHaveLength(2)
  })

  test('a failed save keeps the change and can be repeated', async () => {
    const { draft } = await stand()
    replies = [() => answer(503, { reason: 'TRY_AGAIN' }), () => answer(200, template('2', 'a'))]
    draft.draft.name = 'a'
    expect(await draft.save()).toBe(false)
    expect(draft.state.value).toBe('failed')
    expect(await draft.save()).toBe(true)
    expect(draft.state.value).toBe('saved')
  })
})
