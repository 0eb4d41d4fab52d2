import { Key, User } from '@element-plus/icons-vue'
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
  ],
})
