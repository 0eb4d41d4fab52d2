import { Calendar, Key, User } from '@element-plus/icons-vue'
import { defineModule } from '@/router/module'

export default defineModule({
  name: 'admin',
  tenant: [
    {
      path: 'admin/members',
      name: 'members',
      component: () => import('./MembersPage.vue'),
      meta: { title: 'shell.menu.members', permission: 'member.read', menu: { order: 80, icon: User } },
    },
    {
      path: 'admin/api-keys',
      name: 'apiKeys',
      component: () => import('./ApiKeysPage.vue'),
      meta: { title: 'shell.menu.apiKeys', permission: 'api_key.manage', menu: { order: 82, icon: Key } },
    },
    {
      path: 'admin/daily-runs',
      name: 'daily-runs',
      component: () => import('./DailyRunsPage.vue'),
      meta: {
        title: 'menu.daily.runs',
        permission: 'policy.read',
        locales: ['daily'],
        menu: { order: 84, icon: Calendar },
      },
    },
  ],
})
