import { MapLocation, School } from '@element-plus/icons-vue'
import { defineModule } from '@/router/module'

export default defineModule({
  name: 'projects',
  tenant: [
    {
      path: 'projects',
      name: 'projects',
      component: () => import('./ProjectsPage.vue'),
      meta: {
        title: 'menu.projects.list',
        permission: 'customer.read',
        locales: ['customers', 'contracts'],
        menu: { order: 22, section: 'customers', icon: MapLocation },
      },
    },
    {
      path: 'projects/:id',
      name: 'project',
      component: () => import('./ProjectPage.vue'),
      meta: {
        permission: 'customer.read',
        parent: 'projects',
        locales: ['customers', 'credit', 'agreements', 'orders', 'approvals', 'risk', 'monitor', 'limits'],
      },
    },
    {
      path: 'owners',
      name: 'owners',
      component: () => import('./OwnersPage.vue'),
      meta: {
        title: 'menu.projects.owners',
        permission: 'customer.read',
        menu: { order: 24, section: 'customers', icon: School },
      },
    },
    {
      path: 'owners/:id',
      name: 'owner',
      component: () => import('./OwnerPage.vue'),
      meta: { permission: 'customer.read', parent: 'owners', locales: ['customers', 'monitor'] },
    },
  ],
})
