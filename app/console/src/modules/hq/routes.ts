import { HomeFilled, Unlock, User, WarnTriangleFilled } from '@element-plus/icons-vue'
import { defineModule } from '@/router/module'

// The register of the group (applications, subsidiaries, members, library) is a module of its own in directory/.
export default defineModule({
  name: 'hq',
  hq: [
    {
      path: '',
      name: 'hq',
      component: () => import('./OverviewPage.vue'),
      meta: {
        title: 'menu.hq.overview',
        permission: 'hq.overview.read',
        menu: { order: 10, icon: HomeFilled, phoneOrder: 10, phoneTitle: 'menu.hq.overviewShort' },
        locales: ['ar'],
      },
    },
    {
      path: 's/:tenantId',
      name: 'hq-subsidiary',
      component: () => import('./SubsidiaryPage.vue'),
      meta: { title: 'hq.subsidiary', permission: 'hq.overview.read', parent: 'hq', locales: ['ar'] },
    },
    {
      path: 'customers',
      name: 'hq-customers',
      component: () => import('./CustomersPage.vue'),
      meta: {
        title: 'menu.hq.customers',
        permission: 'hq.overview.read',
        menu: { order: 20, icon: User, phoneOrder: 20, phoneTitle: 'menu.hq.customersShort' },
        locales: ['ar'],
      },
    },
    {
      path: 'customers/:uscc',
      name: 'hq-customer',
      component: () => import('./CustomerPage.vue'),
      meta: {
        title: 'hq.customer',
        permission: 'hq.overview.read',
        parent: 'hq-customers',
        locales: ['ar', 'risk'],
      },
    },
    {
      path: 'negative-list',
      name: 'hq-negative-list',
      component: () => import('./NegativeListPage.vue'),
      meta: {
        title: 'menu.hq.negativeList',
        permission: 'hq.negative_list.read',
        menu: { order: 30, icon: WarnTriangleFilled, phoneOrder: 30 },
        locales: ['risk', 'orders'],
      },
    },
    {
      path: 'negative-list/:id',
      name: 'hq-negative-case',
      component: () => import('./NegativeCasePage.vue'),
      meta: {
        title: 'risk.case',
        permission: 'hq.negative_list.read',
        parent: 'hq-negative-list',
        locales: ['risk', 'customers'],
      },
    },
    {
      path: 'negative-exemptions',
      name: 'hq-negative-exemptions',
      component: () => import('./ExemptionsPage.vue'),
      meta: {
        title: 'menu.hq.exemptions',
        permission: 'hq.negative_list.read',
        menu: { order: 31, icon: Unlock },
        locales: ['risk'],
      },
    },
  ],
})
