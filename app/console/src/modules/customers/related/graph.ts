// The graph of related parties: who is how far away, over which relations, and where
// each stands in the picture. Relations count in both directions.
import type { components } from '@/api/schema'

type Schemas = components['schemas']
export type Graph = Schemas['RelatedGraph']
export type Party = Schemas['RelatedParty']
export type Relation = Schemas['PartyRelation']
export type Way = Schemas['ReachPath']
export type Listed = Schemas['ListedRelated']

export interface Path {
  /** One more than relations. */
  parties: Party[]
  relations: (Relation & { elsewhere?: boolean })[]
}

/** The shortest path to each party in reach, nearest first; as the server walks it. */
export function paths(graph: Graph): Path[] {
  const parties = new Map(graph.parties.map((party) => [party.id, party]))
  const start = parties.get(graph.start)
  if (!start) return []
  const edges = [...graph.relations].sort((a, b) => (a.id < b.id ? -1 : 1))
  const reached = new Map<string, Path>([[start.id, { parties: [start], relations: [] }]])
  const queue = [start.id]
  for (let at = queue.shift(); at !== undefined; at = queue.shift()) {
    const before = reached.get(at)!
    for (const edge of edges) {
      if (edge.fromId !== at && edge.toId !== at) continue
      const to = edge.fromId === at ? edge.toId : edge.fromId
      const party = parties.get(to)
      if (!party || reached.has(to)) continue
      reached.set(to, {
        parties: [...before.parties, party],
        relations: [...before.relations, edge],
      })
      queue.push(to)
    }
  }
  return [...reached.values()].filter((path) => path.relations.length > 0)
}

/** A way that the server found to a listed company, as a path. */
export function wayPath(way?: Way | null): Path {
  const parties = (way?.parties ?? []).map((one, index, all) => ({
    id: String(index),
    kind: one.person ? 'person' : 'company',
    name: one.name,
    uscc: one.uscc,
    idMask: '',
    customerId: '',
    listed: index === all.length - 1,
  }))
  const relations = (way?.steps ?? []).map((step, index) => ({
    id: String(index),
    fromId: String(step.back ? index : index + 1),
    toId: String(step.back ? index + 1 : index),
    kind: step.kind,
    share: 0,
    source: '',
    sourceNote: '',
    validFrom: '',
    validThrough: '',
    version: '0',
    elsewhere: step.elsewhere,
  }))
  return { parties, relations }
}

/** The relations of the customer himself, with the other party. */
export function ownRelations(graph: Graph): (Relation & { other: Party })[] {
  const parties = new Map(graph.parties.map((party) => [party.id, party]))
  return graph.relations.flatMap((relation) => {
    if (relation.fromId !== graph.start && relation.toId !== graph.start) return []
    const other = parties.get(relation.fromId === graph.start ? relation.toId : relation.fromId)
    return other ? [{ ...relation, other }] : []
  })
}

export const nodeWidth = 168
export const nodeHeight = 40
const columnGap = 112
const rowGap = 20
/** More cannot be read in a picture; the nearest are drawn, the lists have all. */
export const maxNodes = 40

export interface Node {
  party: Party
  x: number
  y: number
}
export interface Edge {
  relation: Relation
  from: Node
  to: Node
}
export interface Picture {
  nodes: Node[]
  edges: Edge[]
  width: number
  height: number
  /** Parties in reach that are not drawn. */
  left: number
}

/** Columns by the number of steps from the customer, each in the middle of the height. */
export function picture(graph: Graph): Picture {
  const start = graph.parties.find((party) => party.id === graph.start)
  if (!start) return { nodes: [], edges: [], width: 0, height: 0, left: 0 }
  const reach = paths(graph)
  const columns: Party[][] = [[start]]
  for (const path of reach.slice(0, maxNodes - 1))
    (columns[path.relations.length] ??= []).push(path.parties.at(-1)!)
  const rows = Math.max(...columns.map((column) => column.length))
  const height = rows * (nodeHeight + rowGap) - rowGap
  const nodes = columns.flatMap((column, index) => {
    const own = column.length * (nodeHeight + rowGap) - rowGap
    return column.map((party, row) => ({
      party,
      x: index * (nodeWidth + columnGap),
      y: (height - own) / 2 + row * (nodeHeight + rowGap),
    }))
  })
  const at = new Map(nodes.map((node) => [node.party.id, node]))
  const edges = graph.relations.flatMap((relation) => {
    const from = at.get(relation.fromId)
    const to = at.get(relation.toId)
    return from && to ? [{ relation, from, to }] : []
  })
  return {
    nodes,
    edges,
    // Room at the right for the arcs within the last column.
    width: columns.length * (nodeWidth + columnGap) - columnGap + 72,
    height,
    left: Math.max(0, reach.length - (maxNodes - 1)),
  }
}
