/** Making a proof: from D1, or from an export file. Network through what it is given to ask; reads the file. */
import { readCanonical } from '../../src/audit/canonical.ts'
import { EMPTY_FRONTIER, type Frontier, type Hash } from '../../src/audit/merkle.ts'
import { inclusionRanges, type Range } from '../../src/audit/subtree.ts'
import { isRecord } from '../../src/json.ts'
import { flatLine } from './flat-line.ts'
import { merkle } from './hash.ts'
import { type LogItem, readItem } from './log-file.ts'
import type { Proof } from './proof.ts'
import { type Read, wrong } from './read.ts'
import { readLines } from './read-lines.ts'
import { readFileHeader } from './scan.ts'
import type { AskD1 } from './source.ts'
import { readStart } from './stretch.ts'

/** @throws LogSourceError when D1 does not give what is needed */
export async function proveFromD1(ask: AskD1, seq: number): Promise<Read<Proof>> {
  const { head, first } = await readStart(ask, `seq = ${seq}`)
  const index = seq - 1
  if (seq > head.size) return wrong(`line ${seq} is not sealed yet: the newest checkpoint covers ${head.size} lines`)
  const [row] = first.rows
  if (!row) return wrong(`line ${seq} is not in D1 any more: take an archive, with --log`)
  const text = flatLine(row, first.hashOf({ level: 0, index }))
  const event = text === null ? undefined : readCanonical(text)
  const hashes = merkle.inclusionProof(index, head.size, (level, at) => first.hashOf({ level, index: at }))
  if (!isRecord(event) || hashes === null) return wrong(`line ${seq} in D1 cannot be read`)
  return { ok: true, value: { checkpoint: head.note, index, hashes, event } }
}

/** The file is not verified: the proof is checked for itself. */
export async function proveFromFile(file: string, seq: number): Promise<Read<Proof>> {
  const header = await readFileHeader(file)
  if (!header.ok) return wrong(`${file}: ${header.why}`)
  const { size } = header.header
  const index = seq - 1
  const ranges = inclusionRanges(index, size)
  if (ranges === null) return wrong(`${file} covers the lines 1 to ${size}`)
  const parts = new Parts(ranges)
  let event: Proof['event'] | null = null
  let checkpoint = ''
  let at = 0
  for await (const { lines } of readLines(file)) {
    for (const text of lines) {
      if (++at <= header.at) continue
      const item = readItem(text)
      if (!item.ok) return wrong(`${file}, line ${at}: ${item.why}`)
      if (item.value.kind === 'checkpoint') checkpoint = item.value.note
      else if (item.value.kind === 'event' && item.value.line.seq === seq) event = JSON.parse(text)
      else if (holds(item.value, index)) return wrong(`line ${seq} is left out of ${file}`)
      else if (!parts.take(item.value)) return wrong(`${file}, line ${at}: it is not where it belongs`)
    }
  }
  const hashes = parts.hashes()
  if (event === null || hashes === null) return wrong(`${file} is cut off`)
  return { ok: true, value: { checkpoint, index, hashes, event } }
}

/** The parts of the tree beside a line, grown as their lines come. */
class Parts {
  readonly #parts: { readonly range: Range; frontier: Frontier }[]

  constructor(ranges: readonly Range[]) {
    this.#parts = ranges.map((range) => ({ range, frontier: EMPTY_FRONTIER }))
  }

  /** False where an item does not continue the part that it is in. */
  take(item: LogItem): boolean {
    const place = placeOf(item)
    if (place === null) return true
    const start = place.index * 2 ** place.level
    const part = this.#parts.find(({ range }) => start >= range.start && start < range.end)
    if (!part || part.range.start + part.frontier.size !== start) return false
    const grown = merkle.appendSubtree(part.frontier, place.level, place.hash)
    if (grown) part.frontier = grown
    return grown !== null
  }

  /** In the order of the proof; null while a part is not whole. */
  hashes(): Hash[] | null {
    const whole = this.#parts.every(({ range, frontier }) => frontier.size === range.end - range.start)
    return whole ? this.#parts.map(({ frontier }) => merkle.rootOf(frontier)) : null
  }
}

/** Whether an omission is one of this leaf. */
function holds(item: LogItem, index: number): boolean {
  return item.kind === 'omission' && Math.floor(index / 2 ** item.omission.level) === item.omission.index
}

function placeOf(item: LogItem): { readonly level: number; readonly index: number; readonly hash: Hash } | null {
  if (item.kind === 'omission') return item.omission
  if (item.kind !== 'event' || item.line.leaf === null) return null
  return { level: 0, index: item.line.seq - 1, hash: item.line.leaf }
}
