import { HomeFilled } from '@element-plus/icons-vue'
import { defineModule } from '@/router/module'

export default defineModule({
  name: 'workbench',
  tenant: [
    {
      path: '',
      name: 'workbench',
      component: () => import('./WorkbenchPage.vue'),
      meta: {
        title: 'menu.workbench.home',
        menu: { order: 10, icon: HomeFilled, phoneOrder: 20 },
        locales: ['ar', 'approvals', 'monitor', 'agreements', 'payments'],
      },
    },
  ],
})
