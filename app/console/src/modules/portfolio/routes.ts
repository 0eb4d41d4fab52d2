import { PieChart } from '@element-plus/icons-vue'
import { defineModule } from '@/router/module'

export default defineModule({
  name: 'portfolio',
  tenant: [
    {
      path: 'portfolio',
      name: 'portfolio',
      component: () => import('./PortfolioPage.vue'),
      meta: {
        title: 'menu.portfolio.list',
        permission: 'overview.read',
        menu: { order: 56, section: 'reports', icon: PieChart },
        locales: ['ar', 'schedules'],
      },
    },
  ],
  hq: [
    {
      path: 'portfolio',
      name: 'hq-portfolio',
      component: () => import('./GroupPage.vue'),
      meta: {
        title: 'menu.portfolio.hq',
        permission: 'hq.overview.read',
        menu: { order: 16, section: 'reports', icon: PieChart },
        locales: ['ar', 'schedules'],
      },
    },
  ],
})
