import { Tickets } from '@element-plus/icons-vue'
import { defineModule } from '@/router/module'

export default defineModule({
  name: 'statements',
  tenant: [
    {
      path: 'statements',
      name: 'statements',
      component: () => import('./StatementsPage.vue'),
      meta: {
        title: 'menu.statements.list',
        permission: 'receivable.read',
        locales: ['orders'],
        menu: { order: 53, section: 'ar', icon: Tickets },
      },
    },
    {
      path: 'statements/:id',
      name: 'statement',
      component: () => import('./StatementPage.vue'),
      meta: { title: 'statements.detail', permission: 'receivable.read', parent: 'statements' },
    },
  ],
})
