import { Guide } from '@element-plus/icons-vue'
import { defineModule } from '@/router/module'

export default defineModule({
  name: 'onboarding',
  top: [
    {
      path: '/onboarding',
      name: 'onboarding',
      component: () => import('./OnboardingPage.vue'),
      meta: { title: 'onboarding.title', locales: ['customers'] },
    },
    {
      path: '/invite/:token',
      name: 'invite',
      component: () => import('./InvitePage.vue'),
      meta: { title: 'onboarding.invite.short' },
    },
  ],
  tenant: [
    {
      path: 'setup',
      name: 'setup',
      component: () => import('./SetupPage.vue'),
      meta: { title: 'shell.menu.setup', permission: 'setup.read', menu: { order: 12, icon: Guide } },
    },
  ],
})
