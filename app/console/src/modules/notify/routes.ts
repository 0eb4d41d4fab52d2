import { ChatDotRound, Message, Promotion } from '@element-plus/icons-vue'
import { defineModule } from '@/router/module'

export default defineModule({
  name: 'notify',
  hq: [
    {
      path: 'inbox',
      name: 'hq-inbox',
      component: () => import('./InboxPage.vue'),
      meta: {
        title: 'menu.notify.inbox',
        permission: 'hq.overview.read',
        menu: { order: 12, icon: Message },
      },
    },
    {
      path: 'inbox/settings',
      name: 'hq-notification-preferences',
      component: () => import('./PreferencesPage.vue'),
      meta: { title: 'menu.notify.preferences', permission: 'hq.overview.read', parent: 'hq-inbox' },
    },
  ],
  tenant: [
    {
      path: 'inbox',
      name: 'inbox',
      component: () => import('./InboxPage.vue'),
      meta: {
        title: 'menu.notify.inbox',
        permission: 'workbench.read',
        locales: ['monitor'],
        menu: { order: 12, section: 'workbench', icon: Message },
      },
    },
    {
      path: 'inbox/settings',
      name: 'notification-preferences',
      component: () => import('./PreferencesPage.vue'),
      meta: { title: 'menu.notify.preferences', permission: 'workbench.read', parent: 'inbox' },
    },
    {
      path: 'admin/channels',
      name: 'notification-channels',
      component: () => import('./ChannelsPage.vue'),
      meta: {
        title: 'menu.notify.channels',
        permission: 'policy.read',
        menu: { order: 85, section: 'admin', icon: ChatDotRound },
      },
    },
    {
      path: 'admin/deliveries',
      name: 'notification-deliveries',
      component: () => import('./DeliveriesPage.vue'),
      meta: {
        title: 'menu.notify.deliveries',
        permission: 'policy.read',
        menu: { order: 86, section: 'admin', icon: Promotion },
      },
    },
  ],
})
