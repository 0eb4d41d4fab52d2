import { QueryClient, VueQueryPlugin } from '@tanstack/vue-query'
import { mount } from '@vue/test-utils'
import { defineComponent, ref, type Ref } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { testI18n } from '@/test-i18n'
import { selfKey } from './keys'
import { draftDelay, useFormDraft } from './useFormDraft'

let stored: string | undefined
let broken: boolean
let calls: string[]

const answer = (status: number, body: unknown) =>
  new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } })

beforeEach(() => {
  vi.useFakeTimers()
  stored = undefined
  broken = false
  calls = []
  vi.stubGlobal('fetch', async (request: Request) => {
    calls.push(request.method)
    if (broken) return answer(500, { reason: 'INTERNAL' })
    if (request.method === 'DELETE') stored = undefined
    if (request.method === 'PUT') stored = ((await request.json()) as { content: string }).content
    if (request.method === 'GET' && stored === undefined) return answer(404, { reason: 'DRAFT_NOT_FOUND' })
    return answer(200, { form: 'f', content: stored ?? '', updatedAt: '2026-11-21T09:00:00Z' })
  })
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

async function stand() {
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [{ path: '/t/:tenant', component: { render: () => null } }],
  })
  await router.push('/t/huadong')
  const queryClient = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity } } })
  queryClient.setQueryData(selfKey('me'), {
    memberships: [{ tenantSlug: 'huadong', permissions: ['workbench.read'], roles: [] }],
  })
  const form: Ref<{ name: string }> = ref({ name: '' })
  let draft!: ReturnType<typeof useFormDraft<{ name: string }>>
  const page = mount(
    defineComponent({
      setup() {
        draft = useFormDraft({
          name: 'f',
          read: () => form.value,
          apply: (kept) => (form.value = kept),
        })
        return () => null
      },
    }),
    { global: { plugins: [testI18n(), router, [VueQueryPlugin, { queryClient }]] } },
  )
  await vi.advanceTimersByTimeAsync(10)
  return { page, form, draft }
}
const pause = () => vi.advanceTimersByTimeAsync(draftDelay + 10)

describe('draft of a form', () => {
  test('what is typed is kept a moment later, once', async () => {
    const { form } = await stand()
    form.value = { name: 'a' }
    form.value = { name: 'ab' }
    await pause()
    expect(stored).toBe('{"name":"ab"}')
    expect(calls).toEqual(['GET', 'PUT'])
  })
  test('an earlier draft is offered, and nothing replaces it before the choice', async () => {
    stored = '{"name":"old"}'
    const { form, draft } = await stand()
    expect(draft.found.value).toBe('2026-11-21T09:00:00Z')
    form.value = { name: 'new' }
    await pause()
    expect(stored).toBe('{"name":"old"}')
    draft.resume()
    expect(form.value).toEqual({ name: 'old' })
    expect(draft.found.value).toBeUndefined()
  })
  test('discarding forgets it and keeps what was typed instead', async () => {
    stored = '{"name":"old"}'
    const { form, draft } = await stand()
    form.value = { name: 'new' }
    await draft.discard()
    await pause()
    expect(stored).toBe('{"name":"new"}')
  })
  test('a form that was sent leaves nothing behind', async () => {
    const { page, form, draft } = await stand()
    form.value = { name: 'a' }
    await pause()
    form.value = { name: 'ab' }
    await draft.done()
    page.unmount()
    await pause()
    expect(stored).toBeUndefined()
  })
  test('leaving the page keeps the last keys', async () => {
    const { page, form } = await stand()
    form.value = { name: 'a' }
    page.unmount()
    await vi.advanceTimersByTimeAsync(10)
    expect(stored).toBe('{"name":"a"}')
  })
  test('when it cannot be read or kept, that is said and nothing is replaced', async () => {
    broken = true
    const { form, draft } = await stand()
    broken = false
    stored = '{"name":"old"}'
    form.value = { name: 'new' }
    await pause()
    expect(stored).toBe('{"name":"old"}')
    expect(await draft.flush()).toBe(false)
  })
})
