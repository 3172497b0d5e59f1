/** `audit show`: one line of the audit log, whole, with its seal and its neighbours. Network: D1. */
import * as z from 'zod'
import { auditEvent } from '../audit/event.ts'
import { storyLineOf } from '../audit/line.ts'
import { leavesOf } from '../audit/seal.ts'
import { parseTile, splitHashes, TILE_WIDTH, tileOf } from '../audit/tile.ts'
import { code, type Markdown, md } from '../chat/markdown.ts'
import type { Block } from '../chat/reply.ts'
import { defineCommand } from '../command/define.ts'
import { CommandFailure } from '../command/failure.ts'
import { type AuditRow, appendAudit } from '../db/audit.ts'
import { selectTiles } from '../db/audit-archive.ts'
import { type CoverRow, type LineRow, selectCover, selectLine, selectNeighbours } from '../db/audit-read.ts'
import { type LogExtent, type SealableRow, type StoredTile, selectExtent, selectSealable } from '../db/checkpoints.ts'
import type { PawlRecord } from '../json.ts'
import { recordLayout } from '../view/fields.ts'
import { pageCount, pageOf } from '../view/page.ts'
import { placeOf } from '../view/view.ts'
import { houseOf } from './house.ts'

/** Lines of the same run on each side: what led there, and what came of it. */
const NEIGHBOURS = 3

export default defineCommand({
  name: 'audit show',
  summary: 'Show one line of the audit log: every field, its seal, what stands beside it in its run',
  description: 'Reading the log is an event of it.',
  options: {
    line: z.int().min(1).describe('Number of the line'),
    page: z.int().min(1).max(100).default(1).describe('Which page of its fields'),
  },
  input: 'none',
  effects: 'read',
  answer: 'private',
  rules: ['when command is audit:show must have audit:read'],
  examples: [['audit show 120', 'line 120, whole']],
  async handler({ line: seq, page }, ctx) {
    const { db } = houseOf(ctx)
    const [found, before, behind, cover, extent, stored, tiles] = (await db.batch([
      selectLine(db, seq),
      selectNeighbours(db, seq, 'before', NEIGHBOURS),
      selectNeighbours(db, seq, 'behind', NEIGHBOURS),
      selectCover(db, seq),
      selectExtent(db),
      selectSealable(db, seq, { rows: 1, characters: 1 }),
      selectTiles(db, [tileOf({ level: 0, index: seq - 1 })]),
      appendAudit(db, { when: 'always' }, [
        auditEvent(ctx.now(), 'audit.read', ctx.actor, { run: ctx.run, of_line: seq }),
      ]),
    ])) as [
      D1Result<LineRow>,
      D1Result<AuditRow>,
      D1Result<AuditRow>,
      D1Result<CoverRow>,
      D1Result<LogExtent>,
      D1Result<SealableRow>,
      D1Result<StoredTile>,
      D1Result,
    ]
    const [row] = found.results
    if (!row) throw new CommandFailure(missingText(seq, extent.results[0]))
    const event = JSON.parse(row.event) as PawlRecord
    const pages = pageCount(recordLayout(event))
    if (page > pages) throw new CommandFailure(`line ${seq} has ${pages === 1 ? 'one page' : `${pages} pages`}`)
    const [covered] = cover.results
    return {
      line: seq,
      event,
      sealed: covered
        ? {
            size: covered.size,
            at: new Date(covered.at).toISOString(),
            holds: holdsOf(seq, stored.results[0], tiles.results[0]),
          }
        : null,
      erased: row.is_erased === 1,
      before: before.results.map(neighbourOf).reverse(),
      behind: behind.results.map(neighbourOf),
      page,
    }
  },
  view: ([shown]) => {
    const page = pageOf(recordLayout(shown.event), shown.page)
    if (page === null) return []
    const next = md`${placeOf(page)} · next: ${code(`audit show ${shown.line} --page ${page.number + 1}`)}`
    if (!page.isLast) return [...page.blocks, { kind: 'note', text: next }]
    return [...page.blocks, ...besideBlocks(shown), { kind: 'note', text: sealText(shown) }]
  },
})

function missingText(seq: number, extent: LogExtent | undefined): string {
  const { last = 0, pruned_to = 0 } = extent ?? {}
  if (seq <= pruned_to) return `line ${seq} is no longer in the database: lines 1 to ${pruned_to} are in its archive`
  return `there is no line ${seq}: the newest is ${last}`
}

/** Whether a sealed line is what was sealed, as far as the tree in D1 tells. */
type Holds = 'yes' | 'changed' | 'no_hash'

function holdsOf(seq: number, row: SealableRow | undefined, tile: StoredTile | undefined): Holds {
  const hashes = tile && parseTile(tile.hashes)
  const leaf = hashes && splitHashes(hashes)[(seq - 1) % TILE_WIDTH]
  if (!leaf) return 'no_hash'
  return row && leavesOf([row], seq, leaf).ok ? 'yes' : 'changed'
}

interface Neighbour {
  readonly seq: number
  readonly text: string
}

function neighbourOf({ seq, event }: AuditRow) {
  return { seq, text: storyLineOf(event) }
}

interface Shown {
  readonly line: number
  readonly event: PawlRecord
  readonly sealed: { readonly size: number; readonly at: string; readonly holds: Holds } | null
  readonly erased: boolean
  readonly before: readonly Neighbour[]
  readonly behind: readonly Neighbour[]
}

/** The run around the line, which stands among the others with a mark. */
function besideBlocks({ line, event, before, behind }: Shown): readonly Block[] {
  if (before.length + behind.length === 0) return []
  const self = { seq: line, text: `${storyLineOf(JSON.stringify(event))}  ◀` }
  const rows = [...before, self, ...behind].map(({ seq, text }) => `#${seq} ${text}`)
  return [
    { kind: 'text', text: md`In its run:` },
    { kind: 'code', text: rows.join('\n') },
  ]
}

function sealText({ line, sealed, erased }: Shown): Markdown {
  const gone = erased ? 'What people wrote in it was erased; the seal covers its commitment. ' : ''
  if (sealed === null) return md`${gone}Not sealed yet: that is done each minute.`
  const over = `the checkpoint over lines 1 to ${sealed.size}, of ${sealed.at.slice(0, 19).replace('T', ' ')} UTC`
  switch (sealed.holds) {
    case 'yes':
      return md`${gone}Sealed: ${over}, covers it. Proof: ${code(`npm run -s pawl -- audit prove ${line}`)}`
    case 'changed':
      return md`⚠️ This line is not what was sealed by ${over}: somebody changed it past Pawl. ${VERIFY}`
    case 'no_hash':
      return md`⚠️ It was sealed by ${over}, and its hash is gone from the database: somebody changed that past Pawl. ${VERIFY}`
  }
}

/** Where the whole log is held against its seal. */
const VERIFY = md`What else was changed: ${code('npm run -s pawl -- audit verify')}`
