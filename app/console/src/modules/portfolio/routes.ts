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
        menu: { order: 56, icon: PieChart },
        locales: ['ar'],
      },
    },
  ],
})
