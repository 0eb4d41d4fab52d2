import { Histogram, List, Tickets } from '@element-plus/icons-vue'
import { defineModule } from '@/router/module'

export default defineModule({
  name: 'credit',
  tenant: [
    {
      path: 'credit/ratings',
      name: 'ratings',
      component: () => import('./RatingsPage.vue'),
      meta: { title: 'shell.menu.ratings', permission: 'rating.read', menu: { order: 30, icon: Histogram } },
    },
    {
      path: 'credit/ratings/:id',
      name: 'rating',
      component: () => import('./RatingPage.vue'),
      meta: { permission: 'rating.read', parent: 'ratings' },
    },
    {
      path: 'customers/:id/rate',
      name: 'rate',
      component: () => import('./rate/RatePage.vue'),
      meta: { permission: 'rating.write', parent: 'customers', locales: ['customers', 'risk'] },
    },
    {
      path: 'credit/templates',
      name: 'templates',
      component: () => import('./TemplatesPage.vue'),
      meta: {
        title: 'shell.menu.templates',
        permission: 'template.read',
        menu: { order: 32, icon: Tickets },
      },
    },
    {
      path: 'credit/template-versions',
      name: 'template-compare',
      component: () => import('./ComparePage.vue'),
      meta: { title: 'credit.compare.title', permission: 'template.read', parent: 'templates' },
    },
    {
      path: 'credit/templates/:id',
      name: 'template',
      component: () => import('./TemplatePage.vue'),
      meta: { permission: 'template.read', parent: 'templates' },
    },
    {
      path: 'credit/indicators',
      name: 'indicators',
      component: () => import('./IndicatorsPage.vue'),
      meta: { title: 'shell.menu.indicators', permission: 'template.read', menu: { order: 34, icon: List } },
    },
  ],
})
