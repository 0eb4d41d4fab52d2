// Kinds of objects and the actions on them, as the server records them.
import { useI18n } from 'vue-i18n'

export const objectTypes = {
  tenant: [
    'customer',
    'project',
    'document',
    'rating_template',
    'credit_rating',
    'credit_limit',
    'approval',
    'reservation',
    'credit_policy',
    'history_import',
    'receivable_import',
    'import_mapping',
    'receipts',
    'membership',
    'invitation',
    'api_key',
    'negative_entry',
    'relation',
    'notify_account',
    'notify_settings',
    'notify_delivery',
    'dunning_rule',
    'dunning_letter',
    'dunning_pause',
    'contract',
    'receivable',
    'receipt',
    'statement',
    'follow_up',
    'credit_agreement',
    'supply_stop',
    'letter',
    'limit_batch',
    'shared_limit',
    'order_release',
    'warning',
    'warning_rule',
    'erp_connection',
    'feed',
    'approval_flow',
    'approval_authority',
    'approval_policy',
    'daily_run',
    'report',
    'report_schedule',
    'portfolio_rule',
  ],
  hq: [
    'application',
    'tenant',
    'invitation_code',
    'membership',
    'invitation',
    'indicator',
    'negative_entry',
    'negative_exemption',
    'group_policy',
    'group_cap',
    'quota_move',
    'grade_scale_rule',
    'report_schedule',
  ],
}

/** Words for stable names; one that is new here is shown as it came. */
export function useAuditWords() {
  const { t, te } = useI18n()
  const word = (key: string, plain: string) => (te(key) ? t(key) : plain)
  return {
    action: (name: string) => word(`audit.action.${name}`, name),
    object: (name: string) => word(`audit.object.${name}`, name),
    actor: (kind: string) => word(`audit.actor.${kind}`, kind),
  }
}
