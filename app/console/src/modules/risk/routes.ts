import { Unlock, View, WarnTriangleFilled } from '@element-plus/icons-vue'
import { defineModule } from '@/router/module'

export default defineModule({
  name: 'risk',
  tenant: [
    {
      path: 'risk/negative-list',
      name: 'negative-list',
      component: () => import('./NegativeListPage.vue'),
      meta: {
        title: 'menu.risk.negativeList',
        permission: 'negative_list.read',
        menu: { order: 70, icon: WarnTriangleFilled },
      },
    },
    {
      path: 'risk/negative-list/:id',
      name: 'negative-case',
      component: () => import('./CasePage.vue'),
      meta: {
        title: 'risk.case',
        permission: 'negative_list.read',
        parent: 'negative-list',
        locales: ['customers'],
      },
    },
    {
      path: 'risk/negative-exemptions',
      name: 'negative-exemptions',
      component: () => import('./ExemptionsPage.vue'),
      meta: {
        title: 'menu.risk.exemptions',
        permission: 'negative_list.read',
        menu: { order: 70.5, icon: Unlock },
      },
    },
    {
      path: 'risk/sharing-log',
      name: 'sharing-log',
      component: () => import('./SharingLogPage.vue'),
      meta: { title: 'menu.risk.sharingLog', permission: 'audit.read', menu: { order: 71, icon: View } },
    },
  ],
})
