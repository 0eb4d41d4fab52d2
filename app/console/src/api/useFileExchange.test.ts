import { mount } from '@vue/test-utils'
import { defineComponent } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { useFileExchange } from './useFileExchange'

const upload = vi.hoisted(() => vi.fn())
const download = vi.hoisted(() => vi.fn())
vi.mock('./files', () => ({ uploadFile: upload, downloadFile: download }))

async function stand() {
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [{ path: '/t/:tenant', component: { render: () => null } }],
  })
  await router.push('/t/huadong')
  let exchange!: ReturnType<typeof useFileExchange>
  mount(
    defineComponent(() => {
      exchange = useFileExchange()
      return () => null
    }),
    { global: { plugins: [router] } },
  )
  return exchange
}
beforeEach(() => {
  upload.mockReset()
  download.mockReset()
})

describe('a file that is sent as it is chosen', () => {
  const file = new File(['a'], '应收 明细.csv')
  test('it goes to the tenant under its name, and tells how far it is', async () => {
    const x = await stand()
    let seen: (number | undefined)[] = []
    upload.mockImplementation((options: { onProgress: (percent: number) => void }) => {
      seen = [x.progress.value]
      options.onProgress(40)
      seen.push(x.progress.value)
      expect(x.chosen.value).toStrictEqual(file)
      return Promise.resolve({ id: 'i' })
    })
    expect(await x.send('/v1/imports?kind=receivables', file)).toEqual({ id: 'i' })
    expect(upload.mock.calls[0]![0]).toMatchObject({
      tenant: 'huadong',
      path: `/v1/imports?kind=receivables&fileName=${encodeURIComponent('应收 明细.csv')}`,
    })
    expect(seen).toEqual([0, 40])
    expect([x.progress.value, x.chosen.value, x.failure.value]).toEqual([undefined, null, null])
  })
  test('what fails is shown until the next try, and the same file can be chosen again', async () => {
    const x = await stand()
    const refused = new Error('refused')
    upload.mockRejectedValueOnce(refused)
    expect(await x.send('/v1/imports?a=b', file)).toBeUndefined()
    expect([x.failure.value, x.progress.value, x.chosen.value]).toEqual([refused, undefined, null])
    upload.mockResolvedValueOnce({ id: 'i' })
    await x.send('/v1/imports?a=b', file)
    expect(x.failure.value).toBeNull()
  })
  test('a template that does not come says why', async () => {
    const x = await stand()
    const gone = new Error('gone')
    download.mockRejectedValueOnce(gone)
    await x.fetchFile('/v1/imports/template', 'a.xlsx')
    expect(x.failure.value).toBe(gone)
    download.mockResolvedValueOnce(undefined)
    await x.fetchFile('/v1/imports/template', 'a.xlsx')
    expect(x.failure.value).toBeNull()
    expect(download).toHaveBeenLastCalledWith('huadong', '/v1/imports/template', 'a.xlsx')
  })
})
