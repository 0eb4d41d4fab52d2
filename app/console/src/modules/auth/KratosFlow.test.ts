import { flushPromises, mount } from '@vue/test-utils'
import { expect, test, vi } from 'vitest'
import { testI18n } from '@/test-i18n'
import type { Flow } from './kratosClient'
import KratosFlow from './KratosFlow.vue'
import login from './testdata/login.json'
import registration from './testdata/registration.json'

const show = (flow: unknown, props = {}, locale = 'zh-CN') =>
  mount(KratosFlow, {
    props: { flow: flow as Flow, ...props },
    global: { plugins: [testI18n(locale)] },
    attachTo: document.body,
  })

const text = (id: number, textValue: string, context = {}) => ({ id, text: textValue, type: 'info', context })
const node = (
  group: string,
  attributes: Record<string, unknown>,
  label?: unknown,
  messages: unknown[] = [],
) => ({
  type: attributes.node_type,
  group,
  attributes: { disabled: false, ...attributes },
  messages,
  meta: label ? { label } : {},
})
const flowOf = (nodes: unknown[], messages: unknown[] = []) => ({
  id: 'f1',
  ui: { action: 'https://console.test/self-service/settings?flow=f1', method: 'POST', nodes, messages },
})

test('a login form as Kratos sent it: our labels, managers understand it, Enter sends it', async () => {
  const page = show(login)
  expect(page.findAll('label').map((label) => label.text())).toEqual(['邮箱', '密码'])
  expect(page.get('input[name="identifier"]').attributes('autocomplete')).toBe('username')
  expect(page.get('input[name="password"]').attributes('autocomplete')).toBe('current-password')
  await page.get('input[name="identifier"]').setValue('a@example.com')
  await page.get('input[name="password"]').setValue('secret-secret')
  await page.get('input[name="password"]').trigger('keydown.enter')
  expect(page.emitted('submit')![0]![0]).toEqual({
    csrf_token: 'csrf-of-the-test',
    identifier: 'a@example.com',
    password: 'secret-secret',
    method: 'password',
  })
})

test('the same form in English', () => {
  expect(show(login, {}, 'en-US').text()).toContain('Log in')
})

test('empty required fields are named and nothing is sent', async () => {
  const page = show(registration, { newPassword: true })
  await page.get('button[name="method"]').trigger('click')
  await flushPromises()
  expect(page.findAll('[role="alert"]')).toHaveLength(3)
  expect(page.emitted('submit')).toBeUndefined()
  expect(page.get('input[name="password"]').attributes('autocomplete')).toBe('new-password')
})

test('an answer in the same flow keeps what was typed and shows the fault at its field', async () => {
  const page = show(registration)
  await page.get('input[name="traits.name"]').setValue('李娜')
  const answer = structuredClone(registration) as unknown as {
    ui: { nodes: { attributes: { name: string }; messages: unknown[] }[] }
  }
  answer.ui.nodes.find((n) => n.attributes.name === 'password')!.messages = [
    { id: 4000032, type: 'error', text: 'raw', context: { min_length: 10, actual_length: 5 } },
  ]
  await page.setProps({ flow: answer as unknown as Flow })
  await flushPromises()
  expect((page.get('input[name="traits.name"]').element as HTMLInputElement).value).toBe('李娜')
  expect(page.get('[role="alert"]').text()).toBe('密码至少 10 个字符，当前 5 个。')
  expect(document.activeElement).toBe(page.get('input[name="password"]').element)
})

test('a message that nobody knows is shown as it came', () => {
  const page = show(flowOf([], [{ id: 4999999, type: 'error', text: 'Brand new fault' }]))
  expect(page.get('[role="alert"]').text()).toBe('Brand new fault')
})

test('every type of node has its shape', () => {
  const page = show(
    flowOf([
      node(
        'totp',
        { node_type: 'img', id: 'totp_qr', src: 'data:image/png;base64,AA==', width: 256, height: 256 },
        text(1050005, 'qr'),
      ),
      node(
        'totp',
        {
          node_type: 'text',
          id: 'totp_secret_key',
          text: text(1050006, 'SECRETKEY', { secret: 'SECRETKEY' }),
        },
        text(1050017, 'l'),
      ),
      node(
        'totp',
        { node_type: 'input', name: 'totp_code', type: 'text', required: true },
        text(1070006, 'Verify code'),
      ),
      node(
        'totp',
        { node_type: 'input', name: 'method', type: 'submit', value: 'totp' },
        text(1070003, 'Save'),
      ),
      node('lookup_secret', {
        node_type: 'text',
        id: 'lookup_secret_codes',
        text: text(1050015, 'a, b', {
          secrets: [text(1050009, 'abcd1234'), text(1050014, 'used', { used_at_unix: 1700000000 })],
        }),
      }),
      node(
        'profile',
        { node_type: 'input', name: 'traits.terms', type: 'checkbox' },
        text(1070002, 'I agree'),
      ),
      node(
        'default',
        { node_type: 'a', id: 'continue', href: '/x', title: text(1070009, 'Continue') },
        text(1070009, 'Continue'),
      ),
    ]),
  )
  expect(page.get('img').attributes('alt')).toBe('用验证器应用扫描此二维码')
  expect(page.get('[data-group="totp"] code').text()).toBe('SECRETKEY')
  expect(page.get('input[name="totp_code"]').attributes()).toMatchObject({
    autocomplete: 'one-time-code',
    inputmode: 'numeric',
  })
  expect(page.findAll('.secrets li')).toHaveLength(2)
  expect(page.get('.secrets').text()).toContain('已使用')
  expect(page.find('input[type="checkbox"]').exists()).toBe(true)
  expect(page.get('a').text()).toBe('继续')
})

test('two methods are two forms: the button sends only its own group', async () => {
  const page = show(
    flowOf([
      node('default', { node_type: 'input', name: 'csrf_token', type: 'hidden', value: 'c' }),
      node(
        'password',
        { node_type: 'input', name: 'password', type: 'password', required: true },
        text(1070001, 'Password'),
      ),
      node(
        'password',
        { node_type: 'input', name: 'method', type: 'submit', value: 'password' },
        text(1010022, 'x'),
      ),
      node('code', { node_type: 'input', name: 'method', type: 'submit', value: 'code' }, text(1010015, 'x')),
    ]),
  )
  await page.get('[data-group="code"] button').trigger('click')
  expect(page.emitted('submit')![0]![0]).toEqual({ csrf_token: 'c', method: 'code' })
})

test('a key button calls the function that Kratos names, and sends nothing itself', async () => {
  const trigger = vi.fn()
  Object.assign(window, { oryPasskeyLogin: trigger })
  const page = show(
    flowOf([
      node(
        'passkey',
        {
          node_type: 'input',
          name: 'passkey_login_trigger',
          type: 'button',
          value: '',
          onclickTrigger: 'oryPasskeyLogin',
        },
        text(1010021, 'x'),
      ),
    ]),
  )
  await page.get('button').trigger('click')
  expect(trigger).toHaveBeenCalledOnce()
  expect(page.emitted('submit')).toBeUndefined()
})

test('settings show one group at a time', () => {
  const page = show(
    flowOf([
      node('profile', { node_type: 'input', name: 'traits.name', type: 'text' }, text(1070002, 'Name')),
      node('password', { node_type: 'input', name: 'password', type: 'password' }, text(1070001, 'Password')),
    ]),
    { only: ['password'] },
  )
  expect(page.find('input[name="traits.name"]').exists()).toBe(false)
  expect(page.find('input[name="password"]').exists()).toBe(true)
})
