import { DataLine } from '@element-plus/icons-vue'
import { defineModule } from '@/router/module'

// One page for every level of both sides: the level is in the URL, so drilling
// down never changes what the page looks like.
export default defineModule({
  name: 'reports',
  tenant: [
    {
      path: 'reports',
      name: 'reports',
      component: () => import('./ReportPage.vue'),
      meta: {
        title: 'menu.reports.own',
        permission: 'overview.read',
        menu: { order: 55, icon: DataLine },
        locales: ['ar', 'schedules'],
      },
    },
  ],
  hq: [
    {
      path: 'reports',
      name: 'hq-reports',
      component: () => import('./ReportPage.vue'),
      meta: {
        title: 'menu.reports.hq',
        permission: 'hq.overview.read',
        menu: { order: 15, icon: DataLine },
        locales: ['ar', 'schedules'],
      },
    },
  ],
})
