import { CircleCheck, Clock, QuestionFilled, SetUp, Van } from '@element-plus/icons-vue'
import { defineModule } from '@/router/module'

export default defineModule({
  name: 'orders',
  tenant: [
    {
      path: 'orders/check',
      name: 'order-check',
      component: () => import('./CheckPage.vue'),
      meta: {
        title: 'menu.orders.check',
        permission: 'credit.check',
        menu: { order: 60, icon: CircleCheck, phoneOrder: 60, phoneTitle: 'menu.orders.short' },
      },
    },
    {
      path: 'orders/try',
      name: 'order-try',
      component: () => import('./TryPage.vue'),
      meta: {
        title: 'menu.orders.try',
        permission: 'credit.check',
        menu: { order: 60.5, icon: QuestionFilled },
      },
    },
    {
      path: 'orders/holds',
      name: 'order-holds',
      component: () => import('./HoldsPage.vue'),
      meta: { title: 'menu.orders.holds', permission: 'credit.check', menu: { order: 61, icon: Clock } },
    },
    {
      path: 'orders/headroom',
      name: 'order-headroom',
      component: () => import('./HeadroomPage.vue'),
      meta: { title: 'menu.orders.headroom', permission: 'credit.check', menu: { order: 62, icon: Van } },
    },
    {
      path: 'orders/policy',
      name: 'order-policy',
      component: () => import('./PolicyPage.vue'),
      meta: {
        title: 'menu.orders.policy',
        permission: 'policy.read',
        locales: ['collateral'],
        menu: { order: 63, icon: SetUp },
      },
    },
  ],
})
