import { Stamp } from '@element-plus/icons-vue'
import { defineModule } from '@/router/module'

export default defineModule({
  name: 'approvals',
  tenant: [
    {
      // One record for the inbox and for the deep link of a message, so that moving
      // through the list does not build the page anew.
      path: 'approvals/:id?',
      name: 'approvals',
      component: () => import('./ApprovalsPage.vue'),
      meta: {
        title: 'shell.menu.approvals',
        permission: 'approval.read',
        locales: ['credit'],
        menu: { order: 15, icon: Stamp, phoneOrder: 25 },
      },
    },
  ],
})
