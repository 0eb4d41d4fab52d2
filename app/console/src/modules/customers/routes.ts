import { OfficeBuilding } from '@element-plus/icons-vue'
import { defineModule } from '@/router/module'

export default defineModule({
  name: 'customers',
  tenant: [
    {
      path: 'customers',
      name: 'customers',
      component: () => import('./CustomersPage.vue'),
      meta: {
        title: 'shell.menu.customers',
        permission: 'customer.read',
        menu: { order: 20, section: 'customers', icon: OfficeBuilding, phoneOrder: 30 },
      },
    },
    {
      path: 'customers/new',
      name: 'newCustomer',
      component: () => import('./NewCustomerPage.vue'),
      meta: { title: 'customers.new.title', permission: 'customer.write', parent: 'customers' },
    },
    {
      path: 'customers/:id',
      name: 'customer',
      component: () => import('./CustomerPage.vue'),
      meta: {
        permission: 'customer.read',
        parent: 'customers',
        locales: [
          'limits',
          'monitor',
          'approvals',
          'orders',
          'statements',
          'caps',
          'collateral',
          'risk',
          'contracts',
          'agreements',
          'ar',
          'dunning',
          'payments',
        ],
      },
    },
  ],
})
