import { Connection } from '@element-plus/icons-vue'
import { defineModule } from '@/router/module'

export default defineModule({
  name: 'erp',
  tenant: [
    {
      path: 'admin/erp',
      name: 'erp',
      component: () => import('./ConnectionsPage.vue'),
      meta: {
        title: 'menu.erp.connections',
        permission: 'erp.read',
        menu: { order: 84, section: 'admin', icon: Connection },
      },
    },
  ],
})
