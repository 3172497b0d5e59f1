/** The log as the lines of an export file that can be verified. Network through what it is given to ask; a stretch at a time in memory. */
import { createHash } from 'node:crypto'
import type { Subtree } from '../../src/audit/subtree.ts'
import { maximalSubtrees } from '../../src/audit/subtree.ts'
import { literal } from '../d1.ts'
import { CHAPTER_CODES } from './chapter.ts'
import { ColumnCheck, type Differing, type StoredRow } from './columns.ts'
import type { LogFilter } from './filter.ts'
import { flatLine } from './flat-line.ts'
import { checkpointLine, endLine, headerLine, omissionLine } from './log-file.ts'
import { addRange, type SeqRange } from './seq-range.ts'
import type { AskD1, LogHead } from './source.ts'
import { readRows, readStretch, type StoredCheckpoint, type Stretch } from './stretch.ts'

export interface ExportOrder {
  readonly head: LogHead
  /** The first stretch, where it was read with the head. */
  readonly first?: Stretch
  readonly filter: LogFilter
  /** Lines behind the newest checkpoint too. */
  readonly unsealed: boolean
  /** The time of the export, in milliseconds since 1970. */
  readonly at: number
  /** Called when all but the end is written: an export that is not recorded has no end. */
  readonly record: (exported: Exported) => Promise<void>
}

export interface Exported {
  /** Event lines, the unsealed ones too. */
  readonly lines: number
  readonly from: number
  readonly to: number
  /** Rows that should be in D1, and are not, or cannot be read; verifying names them too. */
  readonly missing: readonly SeqRange[]
  /** Rows whose columns are not what their events say. */
  readonly differing: Differing
}

/** An event, or lines that are left out. */
interface Piece {
  readonly row: StoredRow | null
  readonly leaf: Subtree
}

const CHAPTERS = `code IN (${CHAPTER_CODES.map(literal).join()})`

/** The lines that say why words of people are gone. */
const ERASURES = `code = 'audit.erased'`

/** The lines that an export has: those that the filter leaves, and those that tell of the log itself. */
export function exportedWhere({ told, where }: LogFilter): string {
  return told === null ? where : `(${where}) OR ${CHAPTERS}`
}

/** The file's text, in pieces of whole lines. @throws LogSourceError when D1 does not give what is needed */
export async function* exportLog(ask: AskD1, order: ExportOrder): AsyncGenerator<string> {
  const { head, filter, unsealed, at, record } = order
  const { origin, key, size } = head
  const digest = createHash('sha256')
  const written = (text: string) => {
    digest.update(text)
    return text
  }
  yield written(`${headerLine({ origin, key, at: new Date(at).toISOString(), filter: filter.told, size })}\n`)
  const counts = { lines: 0, unsealed: 0 }
  const missing: SeqRange[] = []
  const columns = new ColumnCheck()
  let erased = false
  const where = exportedWhere(filter)
  for (let covered = 0, next = order.first; covered < size; next = undefined) {
    const stretch = next ?? (await readStretch(ask, covered, size, where))
    const { to, checkpoints, hashOf } = stretch
    const rows = stretch.rows.filter((row) => flatLine(row, null) !== null)
    const pieces = piecesOf(rows, covered, to, checkpoints)
    const notes = new Map(checkpoints.map((checkpoint) => [checkpoint.size, checkpoint.note]))
    const text: string[] = []
    for (const { row, leaf } of pieces) {
      const hash = hashOf(leaf)
      const [first, last] = rangeOf(leaf)
      text.push(row === null ? omissionLine({ ...leaf, hash }) : (flatLine(row, hash) ?? ''))
      if (row !== null) {
        counts.lines++
        columns.take(row)
        erased ||= row.erased !== null
      } else if (filter.told === null && last > head.prunedTo)
        addRange(missing, Math.max(first, head.prunedTo + 1), last)
      const note = last === size ? head.note : notes.get(last)
      if (note !== undefined) text.push(checkpointLine(note))
    }
    yield written(`${text.join('\n')}\n`)
    covered = to
  }
  for (const [after, end, wanted] of [
    ...(unsealed ? [[size, head.last, where] as const] : []),
    // Why words are gone may not be sealed yet, or have been written while this reads.
    ...(erased ? [[Math.max(size, unsealed ? head.last : 0), Number.MAX_SAFE_INTEGER, ERASURES] as const] : []),
  ])
    for await (const page of pagesOf(ask, after, end, wanted)) {
      const rows = page.filter((row) => flatLine(row, null) !== null)
      for (const row of rows) columns.take(row)
      counts.unsealed += rows.length
      if (rows.length > 0) yield written(`${rows.map((row) => flatLine(row, null)).join('\n')}\n`)
    }
  const lines = counts.lines + counts.unsealed
  await record({ lines, from: 1, to: unsealed ? head.last : size, missing, differing: columns.result() })
  yield `${endLine({ lines: counts.lines, omitted: size - counts.lines, unsealed: counts.unsealed, sha256: digest.digest('hex') })}\n`
}

/** The rows that meet a condition, a stretch at a time. */
export async function* pagesOf(
  ask: AskD1,
  after: number,
  end: number,
  where: string,
): AsyncGenerator<readonly StoredRow[]> {
  for (let covered = after; covered < end; ) {
    const { rows, to } = await readRows(ask, covered, end, where)
    yield rows
    covered = to
  }
}

/** What covers the lines behind `covered` up to `to`: rows, and between them perfect subtrees, cut where a new key begins to sign. */
function piecesOf(
  rows: readonly StoredRow[],
  covered: number,
  to: number,
  checkpoints: readonly StoredCheckpoint[],
): Piece[] {
  const cuts = checkpoints.flatMap(({ size, rotation }) => (rotation ? [size] : []))
  const pieces: Piece[] = []
  let at = covered
  const leaveOut = (end: number) => {
    for (const cut of [...cuts.filter((size) => size > at && size < end), end]) {
      for (const leaf of maximalSubtrees(at, cut)) pieces.push({ row: null, leaf })
      at = cut
    }
  }
  for (const row of rows) {
    leaveOut(row.seq - 1)
    pieces.push({ row, leaf: { level: 0, index: row.seq - 1 } })
    at = row.seq
  }
  leaveOut(to)
  return pieces
}

function rangeOf({ level, index }: Subtree): SeqRange {
  return [index * 2 ** level + 1, (index + 1) * 2 ** level]
}
