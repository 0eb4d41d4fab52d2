import { ChatLineSquare } from '@element-plus/icons-vue'
import { defineModule } from '@/router/module'

export default defineModule({
  name: 'followups',
  tenant: [
    {
      path: 'followups',
      name: 'follow-ups',
      component: () => import('./FollowUpsPage.vue'),
      meta: {
        title: 'menu.followups.list',
        permission: 'receivable.read',
        menu: { order: 52, icon: ChatLineSquare },
      },
    },
    {
      path: 'followups/:id',
      name: 'follow-up',
      component: () => import('./FollowUpPage.vue'),
      meta: { title: 'followups.detail', permission: 'receivable.read', parent: 'follow-ups' },
    },
  ],
})
