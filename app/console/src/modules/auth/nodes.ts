// Reads flow.ui.nodes: which belong together, what each starts with, what to send.
import type { UiNode, UiNodeInputAttributes, UiText } from '@ory/client-fetch'

export interface NodeGroup {
  name: string
  nodes: UiNode[]
}

export const isInput = (node: UiNode): node is UiNode & { attributes: UiNodeInputAttributes } =>
  node.attributes.node_type === 'input'

export const inputOf = (node: UiNode) => node.attributes as UiNodeInputAttributes

export const isHidden = (node: UiNode) => isInput(node) && node.attributes.type === 'hidden'
export const isButton = (node: UiNode) => isInput(node) && ['submit', 'button'].includes(node.attributes.type)

/**
 * Groups in Kratos' own order. The default group (CSRF token, identifier) and the
 * first method stand together; they are one form for the person.
 */
export function groupNodes(nodes: UiNode[], only?: string[]): NodeGroup[] {
  const groups: NodeGroup[] = []
  for (const node of nodes) {
    if (isHidden(node)) continue
    const name = node.group as string
    if (only && name !== 'default' && !only.includes(name)) continue
    const group = groups.find((g) => g.name === name)
    if (group) group.nodes.push(node)
    else groups.push({ name, nodes: [node] })
  }
  const shared = groups.find((g) => g.name === 'default')
  const rest = groups.filter((g) => g !== shared)
  const first = rest.find((g) => !['oidc', 'saml'].includes(g.name)) ?? rest[0]
  if (!shared || !first) return groups
  return rest.map((g) => (g === first ? { name: g.name, nodes: [...shared.nodes, ...g.nodes] } : g))
}

/** Fields first and buttons last, each in Kratos' order. */
export function inReadingOrder(nodes: UiNode[]): UiNode[] {
  return [...nodes.filter((node) => !isButton(node)), ...nodes.filter(isButton)]
}

/** Starting values of all inputs but buttons; a checkbox is false until ticked. */
export function initialValues(nodes: UiNode[]): Record<string, unknown> {
  const values: Record<string, unknown> = {}
  for (const node of nodes) {
    if (!isInput(node) || isButton(node)) continue
    const { name, value, type } = node.attributes
    values[name] = value ?? (type === 'checkbox' ? false : '')
  }
  return values
}

/**
 * What a click on `button` sends: the hidden and shared values, those of the button's
 * own group, and the button's own name and value. An empty field is left out, so that
 * an untouched optional trait is absent and not an invalid ''.
 */
export function valuesToSend(
  nodes: UiNode[],
  values: Record<string, unknown>,
  button: UiNode,
): Record<string, unknown> {
  const sent: Record<string, unknown> = {}
  for (const node of nodes) {
    if (!isInput(node) || isButton(node)) continue
    const sharedGroup = node.group === 'default' || isHidden(node)
    if (!sharedGroup && node.group !== button.group) continue
    const value = values[node.attributes.name]
    if (value !== '' && value !== undefined && value !== null) sent[node.attributes.name] = value
  }
  const own = inputOf(button)
  if (own.type === 'submit' && own.name) sent[own.name] = own.value ?? ''
  return sent
}

/** Visible required fields of the button's form that are still empty, by name. */
export function missingFields(nodes: UiNode[], values: Record<string, unknown>, button: UiNode): string[] {
  // A button that goes back or asks for another code needs nothing filled in.
  const needsAll = !['screen', 'email'].includes(inputOf(button).name) && !isRemoval(button)
  if (!needsAll) return []
  return nodes
    .filter(
      (node) =>
        isInput(node) &&
        !isHidden(node) &&
        !isButton(node) &&
        node.attributes.required === true &&
        (node.group === button.group || node.group === 'default') &&
        (values[node.attributes.name] === '' || values[node.attributes.name] === undefined),
    )
    .map((node) => inputOf(node).name)
}

/** Buttons that take something away ask first and are drawn as a warning. */
export function isRemoval(node: UiNode): boolean {
  const name = isInput(node) ? node.attributes.name : ''
  return /(_unlink|_remove|_disable|^unlink)$/.test(name)
}

/** Codes are typed on the number pad and filled in by the phone. */
export function isCode(node: UiNode): boolean {
  return isInput(node) && ['code', 'totp_code'].includes(node.attributes.name)
}

export const resendId = 1070008

export const isResend = (node: UiNode) => node.meta.label?.id === resendId

/** Worst first, so that an error is not hidden under an information. */
export function sortedMessages(messages: UiText[] | undefined): UiText[] {
  const rank: Record<string, number> = { error: 0, success: 1, info: 2 }
  return [...(messages ?? [])].sort((a, b) => (rank[a.type] ?? 3) - (rank[b.type] ?? 3))
}
