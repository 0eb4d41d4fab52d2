import { Wallet } from '@element-plus/icons-vue'
import { defineModule } from '@/router/module'

// What secures customers' debts, and how much of it counts beside their limits.
export default defineModule({
  name: 'collateral',
  tenant: [
    {
      path: 'limits/collateral',
      name: 'collateral',
      component: () => import('./CollateralPage.vue'),
      meta: {
        title: 'menu.collateral.all',
        permission: 'limit.read',
        menu: { order: 46.5, section: 'credit', icon: Wallet },
      },
    },
  ],
})
