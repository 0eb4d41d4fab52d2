import { createRouter, createWebHistory, type RouteLocationNormalized, type RouteRecordRaw } from 'vue-router'
import { setSessionHandler, type SessionNeed } from '@/api/client'
import { i18n, loadMessages } from '@/i18n'
import type { ConsoleModule } from './module'

const modules = Object.values(
  import.meta.glob<{ default: ConsoleModule }>(['../modules/*/routes.ts', '../modules/*/*/routes.ts'], {
    eager: true,
  }),
).map((file) => file.default)

const of = (part: 'tenant' | 'hq' | 'top') => modules.flatMap((module) => module[part] ?? [])

const shell = () => import('@/shell/AppShell.vue')

const routes: RouteRecordRaw[] = [
  { path: '/', name: 'home', component: () => import('@/shell/HomeRedirect.vue') },
  { path: '/t/:tenant', component: shell, children: of('tenant') },
  { path: '/hq', component: shell, children: of('hq') },
  ...of('top'),
  ...(import.meta.env.DEV || __KIT__
    ? [{ path: '/__kit', component: () => import('@/kit/gallery/KitPage.vue'), meta: { module: 'gallery' } }]
    : []),
  { path: '/:path(.*)*', name: 'notFound', component: () => import('@/shell/NotFound.vue') },
]

export const router = createRouter({
  history: createWebHistory(),
  routes,
  scrollBehavior: (to, from, saved) => saved ?? (to.path === from.path ? false : { top: 0 }),
})

router.beforeEach(async (to) => {
  await loadMessages(
    ...to.matched.flatMap((record) => [record.meta.module ?? '', ...(record.meta.locales ?? [])]),
  )
})

router.afterEach((to) => {
  const { t } = i18n.global
  document.title = to.meta.title ? `${t(to.meta.title)} · ${t('common.product')}` : t('common.product')
})

/** The login page that brings the person back to where he was. */
export function loginLocation(from: RouteLocationNormalized, need: SessionNeed = 'login') {
  const back = from.path.startsWith('/auth/') ? undefined : from.fullPath
  return {
    path: '/auth/login',
    query: {
      ...(need === 'secondFactor' ? { aal: 'aal2' } : {}),
      ...(back && back !== '/' ? { return_to: back } : {}),
    },
  }
}

setSessionHandler((need) => {
  const current = router.currentRoute.value
  if (!current.path.startsWith('/auth/')) void router.replace(loginLocation(current, need))
})

/** All routes with a menu entry or a page of their own, for menus and palette. */
export const allModules = modules
