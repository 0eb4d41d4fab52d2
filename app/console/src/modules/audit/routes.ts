import { List } from '@element-plus/icons-vue'
import { defineModule } from '@/router/module'

const page = () => import('./AuditPage.vue')

export default defineModule({
  name: 'audit',
  tenant: [
    {
      path: 'audit',
      name: 'audit',
      component: page,
      meta: {
        title: 'menu.audit.log',
        permission: 'audit.read',
        menu: { order: 95, section: 'admin', icon: List },
      },
    },
  ],
  hq: [
    {
      path: 'audit',
      name: 'hq-audit',
      component: page,
      meta: { title: 'menu.audit.log', permission: 'hq.audit.read', menu: { order: 95, icon: List } },
    },
  ],
})
