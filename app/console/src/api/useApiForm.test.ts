import { flushPromises, mount } from '@vue/test-utils'
import { createPinia } from 'pinia'
import { defineComponent, h } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'
import { describe, expect, test, vi } from 'vitest'
import { z } from '@/lib/zod'
import TextField from '@/kit/TextField.vue'
import { testI18n } from '@/test-i18n'
import { ApiError } from './error'
import { bind, useApiForm } from './useApiForm'

const router = createRouter({
  history: createMemoryHistory(),
  routes: [{ path: '/:p(.*)*', component: { render: () => null } }],
})

function stand(answers: (ApiError | null)[]) {
  const sent: string[] = []
  const page = mount(
    defineComponent(() => {
      const { form, failure } = useApiForm({
        defaults: { shortName: '' },
        schema: z.object({ shortName: z.string().check(z.minLength(1, 'required')) }),
        submit: async (values) => {
          sent.push(values.shortName)
          const answer = answers.shift()
          if (answer) throw answer
        },
      })
      return () =>
        h('form', { onSubmit: () => form.handleSubmit() }, [
          h(
            form.Field,
            { name: 'shortName' },
            { default: ({ field }: never) => h(TextField, { label: 'x', ...bind(field) } as never) },
          ),
          h('p', { id: 'failure' }, (failure.value as ApiError | null)?.reason ?? ''),
        ])
    }),
    { global: { plugins: [testI18n(), router, createPinia()] } },
  )
  const send = async () => {
    await page.get('form').trigger('submit')
    await flushPromises()
  }
  const type = async (value: string) => {
    await page.get('input').setValue(value)
    await flushPromises()
  }
  const error = () => page.find('.error').text()
  return { page, sent, send, type, error }
}

describe('useApiForm', () => {
  test('an invalid form is not sent and says why', async () => {
    const { sent, send, error } = stand([])
    await send()
    expect(sent).toEqual([])
    expect(error()).toBe('请填写此项')
  })

  test('a field says nothing before it was left, then follows what is typed', async () => {
    const { page, type, error } = stand([])
    await type('a')
    await type('')
    expect(page.find('.error').exists()).toBe(false)
    await page.get('input').trigger('blur')
    expect(error()).toBe('请填写此项')
    await type('b')
    expect(page.find('.error').exists()).toBe(false)
  })

  test('nothing moves while a button is pressed', async () => {
    const { page, type, error } = stand([])
    await type('a')
    await type('')
    document.dispatchEvent(new Event('pointerdown'))
    await page.get('input').trigger('blur')
    expect(page.find('.error').exists()).toBe(false)
    document.dispatchEvent(new Event('pointerup'))
    await vi.waitFor(() => expect(error()).toBe('请填写此项'))
  })

  test('a failed request can be sent again unchanged', async () => {
    const { page, sent, send, type } = stand([new ApiError(503, { reason: 'AWAY' }), null])
    await type('a')
    await send()
    expect(page.get('#failure').text()).toBe('AWAY')
    await send()
    expect(sent).toEqual(['a', 'a'])
    expect(page.get('#failure').text()).toBe('')
  })

  test('a fault of the server stands at its field until the value changes', async () => {
    const { page, sent, send, type, error } = stand([
      new ApiError(400, {
        reason: 'INVALID_INPUT',
        fields: [{ field: 'short_name', reason: 'ODD', message: 'odd' }],
      }),
    ])
    await type('a')
    await send()
    expect(error()).toBe('odd')
    await type('b')
    expect(page.find('.error').exists()).toBe(false)
    await send()
    expect(sent).toEqual(['a', 'b'])
  })
})
