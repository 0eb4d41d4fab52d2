import { DataAnalysis, Money, Upload } from '@element-plus/icons-vue'
import { defineModule } from '@/router/module'

export default defineModule({
  name: 'ar',
  tenant: [
    {
      path: 'ar',
      name: 'receivables',
      component: () => import('./ReceivablesPage.vue'),
      meta: {
        title: 'menu.ar.list',
        permission: 'receivable.read',
        menu: { order: 50, icon: Money, phoneOrder: 40, phoneTitle: 'menu.ar.short' },
      },
    },
    {
      path: 'ar/overview',
      name: 'receivable-overview',
      component: () => import('./OverviewPage.vue'),
      meta: {
        title: 'menu.ar.overview',
        permission: 'overview.read',
        menu: { order: 51, icon: DataAnalysis },
      },
    },
    {
      path: 'ar/import',
      name: 'receivable-imports',
      component: () => import('./import/ImportPage.vue'),
      meta: {
        title: 'menu.ar.import',
        permission: 'receivable.import',
        menu: { order: 52, icon: Upload },
      },
    },
    {
      path: 'ar/import/:id',
      name: 'receivable-import',
      component: () => import('./import/ImportRunPage.vue'),
      meta: { title: 'ar.import.run', permission: 'receivable.import', parent: 'receivable-imports' },
    },
  ],
})
