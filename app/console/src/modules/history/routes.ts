import { Box } from '@element-plus/icons-vue'
import { defineModule } from '@/router/module'

export default defineModule({
  name: 'history',
  tenant: [
    {
      path: 'ar/history-imports',
      name: 'history-imports',
      component: () => import('./HistoryListPage.vue'),
      meta: {
        title: 'menu.history.list',
        permission: 'history.import',
        menu: { order: 52.5, section: 'ar', icon: Box },
      },
    },
    {
      path: 'ar/history-imports/:id',
      name: 'history-import',
      component: () => import('./HistoryPage.vue'),
      meta: {
        title: 'history.one',
        permission: 'history.import',
        parent: 'history-imports',
        locales: ['ar'],
      },
    },
  ],
})
