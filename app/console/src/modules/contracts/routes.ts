import { Document } from '@element-plus/icons-vue'
import { defineModule } from '@/router/module'

export default defineModule({
  name: 'contracts',
  tenant: [
    {
      path: 'contracts',
      name: 'contracts',
      component: () => import('./ContractsPage.vue'),
      meta: {
        title: 'menu.contracts.list',
        permission: 'receivable.read',
        menu: { order: 26, section: 'customers', icon: Document },
      },
    },
    {
      path: 'contracts/:id',
      name: 'contract',
      component: () => import('./ContractPage.vue'),
      meta: { title: 'contracts.detail', permission: 'receivable.read', parent: 'contracts' },
    },
  ],
})
