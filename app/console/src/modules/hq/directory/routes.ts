import { Avatar, Collection, OfficeBuilding, Postcard, Ticket } from '@element-plus/icons-vue'
import { defineModule } from '@/router/module'

// The register of the group: who applies, who belongs, and the library all rate by.
// A module of its own inside of hq, with its own texts.
export default defineModule({
  name: 'directory',
  hq: [
    {
      path: 'applications',
      name: 'hqApplications',
      component: () => import('./ApplicationsPage.vue'),
      meta: {
        title: 'shell.menu.applications',
        permission: 'hq.tenant.read',
        locales: ['onboarding'],
        menu: { order: 60, icon: Postcard, phoneOrder: 50 },
      },
    },
    {
      path: 'tenants',
      name: 'hqTenants',
      component: () => import('./TenantsPage.vue'),
      meta: {
        title: 'shell.menu.tenants',
        permission: 'hq.tenant.read',
        menu: { order: 62, icon: OfficeBuilding },
      },
    },
    {
      path: 'invitation-codes',
      name: 'hqInvitationCodes',
      component: () => import('./InvitationCodesPage.vue'),
      meta: {
        title: 'shell.menu.invitationCodes',
        permission: 'hq.tenant.manage',
        locales: ['admin'],
        menu: { order: 64, icon: Ticket },
      },
    },
    {
      path: 'indicators',
      name: 'hqLibrary',
      component: () => import('./LibraryPage.vue'),
      meta: {
        title: 'shell.menu.library',
        permission: 'hq.indicator.read',
        locales: ['credit'],
        menu: { order: 66, icon: Collection },
      },
    },
    {
      path: 'members',
      name: 'hqMembers',
      component: () => import('./HqMembersPage.vue'),
      meta: {
        title: 'shell.menu.hqMembers',
        permission: 'hq.member.manage',
        locales: ['admin'],
        menu: { order: 68, icon: Avatar },
      },
    },
  ],
})
