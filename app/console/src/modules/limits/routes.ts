import { Calendar, Operation } from '@element-plus/icons-vue'
import { defineModule } from '@/router/module'

export default defineModule({
  name: 'limits',
  tenant: [
    {
      path: 'calendar',
      name: 'review-calendar',
      component: () => import('./CalendarPage.vue'),
      meta: {
        title: 'menu.limits.calendar',
        permission: 'limit.read',
        locales: ['workbench'],
        menu: { order: 45, section: 'credit', icon: Calendar },
      },
    },
    {
      path: 'limits/proposal',
      name: 'limit-proposal',
      component: () => import('./ProposalPage.vue'),
      meta: {
        title: 'menu.limits.proposal',
        permission: 'limit.apply',
        menu: { order: 46, section: 'credit', icon: Operation },
      },
    },
    {
      path: 'limits/customers/:id',
      name: 'limit-adjust',
      component: () => import('./AdjustPage.vue'),
      meta: {
        title: 'menu.limits.adjust',
        permission: 'limit.read',
        parent: 'review-calendar',
        locales: ['credit', 'customers', 'risk'],
      },
    },
  ],
})
