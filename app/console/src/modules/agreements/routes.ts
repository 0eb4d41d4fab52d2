import { Document, Files, Van } from '@element-plus/icons-vue'
import { defineModule } from '@/router/module'

export default defineModule({
  name: 'agreements',
  tenant: [
    {
      path: 'credit/agreements',
      name: 'agreements',
      component: () => import('./AgreementsPage.vue'),
      meta: {
        title: 'menu.agreements.list',
        permission: 'limit.read',
        locales: ['orders', 'approvals'],
        menu: { order: 40, section: 'credit', icon: Files },
      },
    },
    {
      path: 'credit/agreements/:id',
      name: 'agreement',
      component: () => import('./AgreementPage.vue'),
      meta: {
        title: 'agreements.one',
        permission: 'limit.read',
        parent: 'agreements',
        locales: ['orders'],
      },
    },
    {
      path: 'credit/supply-stops',
      name: 'supply-stops',
      component: () => import('./SupplyStopsPage.vue'),
      meta: {
        title: 'menu.agreements.stops',
        permission: 'limit.read',
        locales: ['orders', 'approvals'],
        menu: { order: 41, section: 'credit', icon: Van },
      },
    },
    {
      path: 'admin/letter-texts',
      name: 'letter-texts',
      component: () => import('./LetterTextsPage.vue'),
      meta: {
        title: 'menu.agreements.letters',
        permission: 'policy.read',
        menu: { order: 87, section: 'admin', icon: Document },
      },
    },
  ],
})
