import { Document, MagicStick, Setting } from '@element-plus/icons-vue'
import { defineModule } from '@/router/module'

export default defineModule({
  name: 'dunning',
  tenant: [
    {
      path: 'ar/dunning',
      name: 'dunning-simulation',
      component: () => import('./SimulationPage.vue'),
      meta: {
        title: 'menu.dunning.simulation',
        permission: 'receivable.read',
        locales: ['notify'],
        menu: { order: 55, section: 'ar', icon: MagicStick },
      },
    },
    {
      path: 'ar/dunning/letters',
      name: 'dunning-letters',
      component: () => import('./LettersPage.vue'),
      meta: {
        title: 'menu.dunning.letters',
        permission: 'receivable.read',
        menu: { order: 56, section: 'ar', icon: Document },
      },
    },
    {
      path: 'ar/dunning/letters/:id',
      name: 'dunning-letter',
      component: () => import('./LetterPage.vue'),
      meta: {
        title: 'dunning.letter.one',
        permission: 'receivable.read',
        parent: 'dunning-letters',
        locales: ['notify'],
      },
    },
    {
      path: 'ar/dunning/rule',
      name: 'dunning-rule',
      component: () => import('./RulePage.vue'),
      meta: {
        title: 'menu.dunning.rule',
        permission: 'policy.read',
        locales: ['notify'],
        menu: { order: 57, section: 'ar', icon: Setting },
      },
    },
  ],
})
