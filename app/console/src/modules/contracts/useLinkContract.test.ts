import { QueryClient, VueQueryPlugin } from '@tanstack/vue-query'
import { flushPromises, mount } from '@vue/test-utils'
import { defineComponent } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'
import { afterEach, expect, test, vi } from 'vitest'
import { tenantKey } from '@/api/keys'
import { testI18n } from '@/test-i18n'
import { useLinkContract } from './useLinkContract'

const told = vi.hoisted(() => vi.fn())
vi.mock('element-plus', () => ({ ElMessage: { success: told } }))

const answer = (status: number, body: unknown) =>
  new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } })

// A client keeps the fetch that was there when it was made, so each test has its own tenant.
async function stand(slug: string, reply: () => Response) {
  const sent: { method: string; path: string; body: unknown }[] = []
  vi.stubGlobal('fetch', async (request: Request) => {
    sent.push({
      method: request.method,
      path: new URL(request.url).pathname,
      body: await request.clone().json(),
    })
    return reply()
  })
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [{ path: '/t/:tenant', component: { render: () => null } }],
  })
  await router.push(`/t/${slug}`)
  const queryClient = new QueryClient()
  const stale = vi.spyOn(queryClient, 'invalidateQueries')
  const done = vi.fn()
  let linking!: ReturnType<typeof useLinkContract>
  mount(
    defineComponent(() => {
      linking = useLinkContract(
        () =>
          ({ erpContractNo: 'HT-1', projectId: 'p' }) as Parameters<
            typeof useLinkContract
          >[0] extends () => infer B
            ? B
            : never,
        done,
      )
      return () => null
    }),
    { global: { plugins: [testI18n(), router, [VueQueryPlugin, { queryClient }]] } },
  )
  return { linking, sent, stale, done }
}
afterEach(() => {
  vi.unstubAllGlobals()
  told.mockReset()
})

test('what is linked closes the dialog, and whatever shows it is read anew', async () => {
  const { linking, sent, stale, done } = await stand('huadong', () =>
    answer(200, { id: 'c', erpContractNo: 'HT-1' }),
  )
  linking.link.mutate()
  await flushPromises()
  await vi.waitFor(() => expect(done).toHaveBeenCalledOnce(), { timeout: 4000 })
  expect(sent).toEqual([
    { method: 'POST', path: '/v1/contracts', body: { erpContractNo: 'HT-1', projectId: 'p' } },
  ])
  expect(told).toHaveBeenCalledOnce()
  expect(stale.mock.calls.map(([one]) => (one as { queryKey?: unknown }).queryKey)).toEqual(
    ['contracts', 'receivables', 'customers', 'projects'].map((domain) => tenantKey('huadong', domain)),
  )
})

test('a number that is refused says so at its field, and nothing is read anew', async () => {
  const { linking, stale, done } = await stand('huanan', () =>
    answer(400, {
      reason: 'INVALID_INPUT',
      message: 'x',
      metadata: {},
      fields: [{ field: 'erp_contract_no', reason: 'LENGTH', message: '1 to 60 characters' }],
    }),
  )
  linking.link.mutate()
  await vi.waitFor(() => expect(linking.link.error.value).toBeTruthy(), { timeout: 4000 })
  expect(linking.link.error.value).toMatchObject({ code: 400, fields: [{ field: 'erp_contract_no' }] })
  expect(done).not.toHaveBeenCalled()
  expect(stale).not.toHaveBeenCalled()
  expect(linking.error('erpContractNo')).not.toBe('')
  expect(linking.error('projectId')).toBe('')
})
