import { Coin, Connection, Sort, Tickets } from '@element-plus/icons-vue'
import { defineModule } from '@/router/module'

// Limits that several customers or several subsidiaries share: the group's caps with
// their quotas, and a subsidiary's own shared limits.
export default defineModule({
  name: 'caps',
  hq: [
    {
      path: 'group-caps',
      name: 'hq-group-caps',
      component: () => import('./CapsPage.vue'),
      meta: {
        title: 'menu.caps.caps',
        permission: 'hq.overview.read',
        menu: { order: 22, section: 'hq', icon: Coin },
      },
    },
    {
      path: 'group-caps/new',
      name: 'hq-group-cap-new',
      component: () => import('./CapFormPage.vue'),
      meta: {
        title: 'caps.create',
        permission: 'hq.group_cap.manage',
        parent: 'hq-group-caps',
        locales: ['risk'],
      },
    },
    {
      path: 'group-caps/:id/edit',
      name: 'hq-group-cap-edit',
      component: () => import('./CapFormPage.vue'),
      meta: {
        title: 'caps.change',
        permission: 'hq.group_cap.manage',
        parent: 'hq-group-caps',
        locales: ['risk'],
      },
    },
    {
      path: 'group-caps/:id',
      name: 'hq-group-cap',
      component: () => import('./CapPage.vue'),
      meta: { title: 'caps.one', permission: 'hq.overview.read', parent: 'hq-group-caps' },
    },
    {
      path: 'quota-moves',
      name: 'hq-quota-moves',
      component: () => import('./GroupMovesPage.vue'),
      meta: {
        title: 'menu.caps.moves',
        permission: 'hq.overview.read',
        menu: { order: 23, section: 'hq', icon: Sort },
      },
    },
  ],
  tenant: [
    {
      path: 'limits/quotas',
      name: 'group-quotas',
      component: () => import('./QuotasPage.vue'),
      meta: {
        title: 'menu.caps.quotas',
        permission: 'limit.read',
        menu: { order: 47, section: 'credit', icon: Tickets },
      },
    },
    {
      path: 'limits/shared',
      name: 'shared-limits',
      component: () => import('./SharedLimitsPage.vue'),
      meta: {
        title: 'menu.caps.shared',
        permission: 'limit.read',
        locales: ['orders'],
        menu: { order: 48, section: 'credit', icon: Connection },
      },
    },
  ],
})
