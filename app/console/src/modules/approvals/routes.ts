import { Checked, Connection, Stamp } from '@element-plus/icons-vue'
import { defineModule } from '@/router/module'

export default defineModule({
  name: 'approvals',
  tenant: [
    {
      path: 'approvals/delegations',
      name: 'approval-delegations',
      component: () => import('./DelegationsPage.vue'),
      meta: { title: 'approvals.absence.title', permission: 'approval.read', parent: 'approvals' },
    },
    {
      path: 'admin/approval-flows',
      name: 'approval-flows',
      component: () => import('./FlowsPage.vue'),
      meta: {
        title: 'menu.approvals.flows',
        permission: 'policy.write',
        menu: { order: 83, section: 'admin', icon: Connection },
      },
    },
    {
      path: 'admin/approval-policy',
      name: 'approval-policy',
      component: () => import('./ApprovalPolicyPage.vue'),
      meta: {
        title: 'menu.approvals.policy',
        permission: 'policy.write',
        locales: ['credit'],
        menu: { order: 83.5, section: 'admin', icon: Checked },
      },
    },
    {
      // One record for the inbox and for the deep link of a message, so that moving
      // through the list does not build the page anew.
      path: 'approvals/:id?',
      name: 'approvals',
      component: () => import('./ApprovalsPage.vue'),
      meta: {
        title: 'shell.menu.approvals',
        permission: 'approval.read',
        locales: ['credit', 'customers'],
        menu: { order: 15, icon: Stamp, phoneOrder: 25 },
      },
    },
  ],
})
