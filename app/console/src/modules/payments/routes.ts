import { Setting, Wallet } from '@element-plus/icons-vue'
import { defineModule } from '@/router/module'

export default defineModule({
  name: 'payments',
  tenant: [
    {
      path: 'payments',
      name: 'payments',
      component: () => import('./ReceiptsPage.vue'),
      meta: {
        title: 'menu.payments.list',
        permission: 'receivable.read',
        locales: ['orders'],
        menu: { order: 51, section: 'ar', icon: Wallet },
      },
    },
    {
      path: 'payments/:id',
      name: 'payment',
      component: () => import('./ReceiptPage.vue'),
      meta: { title: 'payments.detail', permission: 'receivable.read', parent: 'payments' },
    },
    {
      path: 'ar/items/:id',
      name: 'receivable',
      component: () => import('./LifePage.vue'),
      meta: { title: 'payments.life', permission: 'receivable.read', parent: 'receivables' },
    },
    {
      path: 'admin/collection',
      name: 'collection-settings',
      component: () => import('./CollectionSettingsPage.vue'),
      meta: {
        title: 'menu.payments.settings',
        permission: 'policy.read',
        menu: { order: 96, section: 'admin', icon: Setting },
      },
    },
  ],
})
