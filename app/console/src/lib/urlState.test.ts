import { mount } from '@vue/test-utils'
import { defineComponent, h } from 'vue'
import { createMemoryHistory, createRouter, type Router } from 'vue-router'
import { expect, test } from 'vitest'
import { flag, list, number, text, useUrlState } from './urlState'

async function stand(path: string) {
  let state!: ReturnType<typeof use>
  const use = () =>
    useUrlState({ q: text(), page: number(1), only: flag(), grades: list(), view: text('all') }, 'page')
  const page = defineComponent({
    setup() {
      state = use()
      return () => h('div', state.values.q)
    },
  })
  const router: Router = createRouter({
    history: createMemoryHistory(),
    routes: [
      { path: '/list', name: 'list', component: page },
      { path: '/other', name: 'other', component: { render: () => null } },
    ],
  })
  await router.push(path)
  mount({ render: () => h(page) }, { global: { plugins: [router] } })
  return { state, router }
}
const settle = () => new Promise((resolve) => setTimeout(resolve))

test('reads the URL and falls back to the defaults', async () => {
  const { state } = await stand('/list?q=acme&page=3&only=1&grades=A,C')
  expect({ ...state.values }).toEqual({ q: 'acme', page: 3, only: true, grades: ['A', 'C'], view: 'all' })
  expect(state.isSet('q')).toBe(true)
  expect(state.isSet('view')).toBe(false)
})

test('a bad number is the default, not NaN', async () => {
  const { state } = await stand('/list?page=abc')
  expect(state.values.page).toBe(1)
})

test('writing changes the URL, leaves defaults out and goes back to page one', async () => {
  const { state, router } = await stand('/list?page=3&foreign=kept')
  state.values.q = 'brick'
  await settle()
  expect(router.currentRoute.value.query).toEqual({ q: 'brick', foreign: 'kept' })
  state.values.page = 2
  await settle()
  expect(router.currentRoute.value.query).toEqual({ q: 'brick', page: '2', foreign: 'kept' })
  state.values.view = 'all'
  await settle()
  expect(router.currentRoute.value.query.view).toBeUndefined()
})

test('clear takes named fields or all of them', async () => {
  const { state, router } = await stand('/list?q=a&view=mine&grades=A')
  state.clear('q')
  await settle()
  expect(router.currentRoute.value.query).toEqual({ view: 'mine', grades: 'A' })
  state.clear()
  await settle()
  expect(router.currentRoute.value.query).toEqual({})
})

test('a page that is being left keeps its filter', async () => {
  const { state, router } = await stand('/list?q=acme')
  expect(state.values.q).toBe('acme')
  await router.push('/other?q=else')
  expect(state.values.q).toBe('acme')
})
