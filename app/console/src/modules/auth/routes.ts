import { defineModule } from '@/router/module'

const flowPage = () => import('./FlowPage.vue')

export default defineModule({
  name: 'auth',
  top: [
    { path: '/auth', redirect: '/auth/login' },
    {
      path: '/auth/login',
      component: flowPage,
      props: { kind: 'login' },
      meta: { title: 'auth.title.login' },
    },
    {
      path: '/auth/registration',
      component: flowPage,
      props: { kind: 'registration' },
      meta: { title: 'auth.title.registration' },
    },
    {
      path: '/auth/recovery',
      component: flowPage,
      props: { kind: 'recovery' },
      meta: { title: 'auth.title.recovery' },
    },
    {
      path: '/auth/verification',
      component: flowPage,
      props: { kind: 'verification' },
      meta: { title: 'auth.title.verification' },
    },
    {
      path: '/auth/settings',
      component: () => import('./SettingsPage.vue'),
      meta: { title: 'auth.title.settings' },
    },
    {
      path: '/auth/logout',
      component: () => import('./LogoutPage.vue'),
      meta: { title: 'auth.title.logout' },
    },
    { path: '/auth/error', component: () => import('./ErrorPage.vue'), meta: { title: 'auth.title.error' } },
  ],
})
