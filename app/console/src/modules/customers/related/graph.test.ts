import { describe, expect, test } from 'vitest'
import { ownRelations, paths, picture, wayPath, type Graph } from './graph'

const party = (id: string, listed = false) => ({
  id,
  kind: 'company',
  name: id,
  uscc: '',
  idMask: '',
  customerId: '',
  listed,
})
const relation = (id: string, fromId: string, toId: string) => ({
  id,
  fromId,
  toId,
  kind: 'shareholder',
  share: 0,
  source: 'manual',
  sourceNote: '',
  validFrom: '',
  validThrough: '',
  version: '1',
})
// self - a - b - self is a cycle; c hangs behind b.
const graph: Graph = {
  start: 'self',
  parties: [party('self'), party('a'), party('b'), party('c', true)],
  relations: [
    relation('1', 'a', 'self'),
    relation('2', 'a', 'b'),
    relation('3', 'self', 'b'),
    relation('4', 'c', 'b'),
  ],
}
const names = (path: { parties: { name: string }[] }) => path.parties.map((one) => one.name)

describe('related parties', () => {
  test('the shortest path to each, in either direction, and cycles end', () => {
    expect(paths(graph).map(names)).toEqual([
      ['self', 'a'],
      ['self', 'b'],
      ['self', 'b', 'c'],
    ])
  })
  test('a customer who is no party yet has none', () => {
    const empty: Graph = { start: '', parties: [], relations: [] }
    expect(paths(empty)).toEqual([])
    expect(picture(empty).nodes).toEqual([])
  })
  test('a way of the server says who is what of whom, and who is listed', () => {
    const path = wayPath({
      parties: [
        { name: 'self', uscc: '1', person: false },
        { name: '王*', uscc: '', person: true },
        { name: 'x', uscc: '2', person: false },
      ],
      steps: [
        { kind: 'controller', back: false, elsewhere: true },
        { kind: 'parent', back: true, elsewhere: false },
      ],
    })
    expect(names(path)).toEqual(['self', '王*', 'x'])
    expect(path.relations.map((one) => [one.fromId, one.toId, one.elsewhere])).toEqual([
      ['1', '0', true],
      ['1', '2', false],
    ])
    expect(path.parties.map((one) => one.listed)).toEqual([false, false, true])
    expect(wayPath(undefined)).toEqual({ parties: [], relations: [] })
  })
  test('own relations name the other party', () => {
    expect(ownRelations(graph).map((one) => [one.id, one.other.id])).toEqual([
      ['1', 'a'],
      ['3', 'b'],
    ])
  })
  test('columns follow the number of steps, and no two nodes overlap', () => {
    const { nodes, edges } = picture(graph)
    const x = Object.fromEntries(nodes.map((node) => [node.party.id, node.x]))
    expect(x.self).toBe(0)
    expect(x.a).toBe(x.b)
    expect(x.c!).toBeGreaterThan(x.b!)
    expect(new Set(nodes.map((node) => `${node.x} ${node.y}`)).size).toBe(nodes.length)
    expect(edges).toHaveLength(4)
  })
})
