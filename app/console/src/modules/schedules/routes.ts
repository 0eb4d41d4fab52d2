import { Timer } from '@element-plus/icons-vue'
import { defineModule } from '@/router/module'

// Reports that are sent by e-mail at set times; one page for both sides.
export default defineModule({
  name: 'schedules',
  tenant: [
    {
      path: 'report-schedules',
      name: 'report-schedules',
      component: () => import('./SchedulesPage.vue'),
      meta: {
        title: 'menu.schedules.list',
        permission: 'overview.read',
        menu: { order: 57, section: 'reports', icon: Timer },
      },
    },
  ],
  hq: [
    {
      path: 'report-schedules',
      name: 'hq-report-schedules',
      component: () => import('./SchedulesPage.vue'),
      meta: {
        title: 'menu.schedules.list',
        permission: 'hq.overview.read',
        menu: { order: 17, section: 'reports', icon: Timer },
      },
    },
  ],
})
