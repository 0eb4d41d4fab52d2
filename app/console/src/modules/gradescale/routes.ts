import { Rank } from '@element-plus/icons-vue'
import { defineModule } from '@/router/module'

export default defineModule({
  name: 'gradescale',
  hq: [
    {
      path: 'grade-scale',
      name: 'hq-grade-scale',
      component: () => import('./ScalePage.vue'),
      meta: {
        title: 'menu.gradescale.list',
        permission: 'hq.overview.read',
        menu: { order: 25, section: 'hq', icon: Rank },
      },
    },
  ],
})
