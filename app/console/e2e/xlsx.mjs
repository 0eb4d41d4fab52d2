// Reads the cells of a workbook, so that a test can add up what was exported. Only what our
// own exports use: deflated parts, shared and inline texts, plain numbers.
import assert from 'node:assert/strict'
import { inflateRawSync } from 'node:zlib'

/** The parts of a zip by name, as text. */
function partsOf(zip) {
  const end = zip.lastIndexOf(Buffer.from('PK\x05\x06'))
  assert.ok(end >= 0, 'a workbook is a zip')
  const parts = new Map()
  let at = zip.readUInt32LE(end + 16)
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    const [name, more, comment] = [28, 30, 32].map((offset) => zip.readUInt16LE(at + offset))
    const local = zip.readUInt32LE(at + 42)
    const data = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28)
    const packed = zip.subarray(data, data + zip.readUInt32LE(at + 20))
    const bytes = zip.readUInt16LE(at + 10) ? inflateRawSync(packed) : packed
    parts.set(zip.toString('utf8', at + 46, at + 46 + name), bytes.toString('utf8'))
    at += 46 + name + more + comment
  }
  return parts
}

const texts = (xml) => [...xml.matchAll(/<t[^>]*>([^<]*)<\/t>/g)].map((found) => found[1]).join('')

/** All rows of all sheets, each an array of the texts of its cells that hold something. */
export function rowsOf(zip) {
  const parts = partsOf(zip)
  const shared = [...(parts.get('xl/sharedStrings.xml') ?? '').matchAll(/<si>(.*?)<\/si>/gs)].map((one) =>
    texts(one[1]),
  )
  const sheets = [...parts].filter(([name]) => name.startsWith('xl/worksheets/sheet'))
  return sheets.flatMap(([, xml]) =>
    [...xml.matchAll(/<row[^>]*>(.*?)<\/row>/gs)].map(([, row]) =>
      [...row.matchAll(/<c ([^>]*?)(?:\/>|>(.*?)<\/c>)/gs)]
        .filter(([, , inside]) => inside)
        .map(([, attributes, inside]) => {
          const value = /<v>([^<]*)<\/v>/.exec(inside)?.[1]
          if (attributes.includes('t="s"')) return shared[Number(value)]
          return value ?? texts(inside)
        }),
    ),
  )
}
