// The words of an event: what happened, and what there is to say about it.
import { toValue, type MaybeRefOrGetter } from 'vue'
import { useI18n } from 'vue-i18n'
import { useCoded } from '@/lib/coded'
import { score, yuan } from '@/lib/format'
import type { CustomerEvent } from './types'

export function useEventText(currency: MaybeRefOrGetter<string | undefined>) {
  const { t, te, locale } = useI18n()
  const coded = useCoded()
  const word = (key: string, plain: string) => (te(key) ? t(key) : plain)
  function amount(fen: string | undefined) {
    if (fen === undefined) return ''
    const of = toValue(currency) ?? 'CNY'
    const figure = yuan(fen, locale.value, of)
    return of === 'CNY' ? t('customers.event.amount', { amount: figure }) : figure
  }

  /** A kind that is newer than this page is shown as it came. */
  function title(event: CustomerEvent): string {
    const key = `customers.event.kind.${event.kind}`
    if (!te(key)) return event.kind
    const { parts } = event
    const of = parts.kind ?? ''
    return t(key, {
      kind: word(`approvals.kind.${of}`, of),
      stage: word(`kit.elsewhere.stage.${parts.stage}`, parts.stage ?? ''),
      days: parts.days ?? '',
      name: parts.name ?? '',
      number: parts.number ?? '',
    })
  }

  const codes = (list: string | undefined) =>
    (list ?? '')
      .split(',')
      .filter(Boolean)
      .map((code) => word(`orders.reason.${code}`, code))
  /** Days after the due date; before it negative. */
  const level = (days: number) =>
    days < 0
      ? t('customers.event.beforeDue', { count: -days })
      : t('customers.event.afterDue', { count: days })

  function details(event: CustomerEvent): string[] {
    const { parts } = event
    const field = parts.field ?? ''
    switch (event.kind) {
      case 'customer.revealed':
        return [word(`customers.reveal.field.${field}`, field)]
      case 'rating.effective':
        return [
          t('customers.event.graded', { grade: parts.grade ?? '', score: score(parts.score, locale.value) }),
          amount(event.amount),
        ]
      case 'rating.lapsed':
        return [t('customers.event.grade', { grade: parts.grade ?? '' })]
      case 'limit.effective':
      case 'limit.lapsed':
        return [
          word(`customers.history.classes.${parts.class}`, parts.class ?? ''),
          parts.limit_kind === 'amount' ? amount(event.amount) : t(`customers.limitKind.${parts.limit_kind}`),
          coded(parts.reason, event.codes.reason),
        ]
      case 'collateral.active':
      case 'collateral.ended':
      case 'collateral.released':
        return [
          word(`customers.event.collateral.${parts.collateral}`, parts.collateral ?? ''),
          parts.name ?? '',
          amount(event.amount),
          parts.comment ?? '',
        ]
      case 'document.uploaded':
        return [
          word(`customers.paper.${parts.paper}`, parts.paper ?? ''),
          t('customers.event.revision', { revision: parts.revision ?? '' }),
        ]
      case 'project.created':
      case 'contract.linked':
      case 'contract.terms_changed':
      case 'contract.late_fee_set':
      case 'contract.node_reported':
      case 'contract.node_revoked':
        return [
          parts.name ?? '',
          event.kind === 'project.created' ? (parts.number ?? '') : '',
          coded(parts.comment),
        ]
      case 'project.joined':
        return [parts.other ? t('customers.event.from', { name: parts.other }) : '']
      case 'project.left':
        return [parts.other ? t('customers.event.to', { name: parts.other }) : '']
      case 'order.held':
      case 'order.refused':
        return [
          amount(event.amount),
          ...codes(parts.codes),
          Number(parts.times ?? 1) > 1 ? t('customers.event.times', { count: Number(parts.times) }) : '',
        ]
      case 'receivable.overdue':
        return [parts.document_no ?? '', t('customers.event.whole', { amount: amount(event.amount) })]
      case 'payment.applied':
      case 'payment.set_off':
      case 'payment.written_off':
      case 'payment.reversed':
        return [
          amount(event.amount),
          t('customers.event.items', { count: Number(parts.items ?? 1) }),
          parts.comment ?? '',
        ]
      case 'dunning.written':
      case 'dunning_letter.sent':
        return [level(Number(parts.level ?? 0)), amount(event.amount)]
      case 'dispute.opened':
      case 'dispute.resolved':
        return [word(`payments.cause.${parts.cause}`, ''), parts.comment ?? '']
      case 'relation.added':
      case 'relation.ended':
        return [word(`customers.related.kind.${parts.relation}`, '')]
      case 'finding.seen':
      case 'finding.ended':
        return [word(`monitor.kind.registry.${parts.finding}`, ''), amount(event.amount)]
      case 'warning.raised':
      case 'warning.closed':
        return [word(`monitor.kind.${parts.warning}`, ''), coded(parts.comment)]
    }
    const listed = parts.reason_code
      ? [word(`customers.negative.reason.${parts.reason_code}`, parts.reason_code)]
      : []
    return [
      ...listed,
      parts.document_no ?? '',
      amount(event.amount),
      coded(parts.comment, event.codes.comment),
    ]
  }

  return {
    title,
    detail: (event: CustomerEvent) => details(event).filter(Boolean).join(' · '),
  }
}
