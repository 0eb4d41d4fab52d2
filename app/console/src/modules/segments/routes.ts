import { Grid } from '@element-plus/icons-vue'
import { defineModule } from '@/router/module'

export default defineModule({
  name: 'segments',
  tenant: [
    {
      path: 'segments',
      name: 'segments',
      component: () => import('./SegmentsPage.vue'),
      meta: {
        title: 'menu.segments.list',
        permission: 'customer.read',
        menu: { order: 24, section: 'customers', icon: Grid },
      },
    },
  ],
})
