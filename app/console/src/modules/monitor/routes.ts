import { Bell, Connection, Monitor, SetUp } from '@element-plus/icons-vue'
import { defineModule } from '@/router/module'

export default defineModule({
  name: 'monitor',
  tenant: [
    {
      path: 'risk/warnings',
      name: 'warnings',
      component: () => import('./WarningsPage.vue'),
      meta: {
        title: 'menu.monitor.warnings',
        permission: 'warning.read',
        menu: { order: 66, section: 'risk', icon: Bell },
      },
    },
    {
      path: 'risk/watches',
      name: 'registry-watches',
      component: () => import('./WatchesPage.vue'),
      meta: {
        title: 'menu.monitor.watches',
        permission: 'warning.read',
        menu: { order: 67, section: 'risk', icon: Monitor },
      },
    },
    {
      path: 'risk/warning-rules',
      name: 'warning-rules',
      component: () => import('./RulesPage.vue'),
      meta: {
        title: 'menu.monitor.rules',
        permission: 'policy.read',
        menu: { order: 68, section: 'risk', icon: SetUp },
      },
    },
    {
      path: 'risk/registry',
      name: 'registry-settings',
      component: () => import('./SettingsPage.vue'),
      meta: {
        title: 'menu.monitor.settings',
        permission: 'policy.read',
        menu: { order: 69, section: 'risk', icon: Connection },
      },
    },
  ],
  hq: [
    {
      path: 'registry',
      name: 'hq-registry',
      component: () => import('./GroupAccountsPage.vue'),
      meta: {
        title: 'menu.monitor.settings',
        permission: 'hq.overview.read',
        menu: { order: 60, icon: Connection },
      },
    },
  ],
})
