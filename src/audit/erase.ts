/**
 * Erases what people wrote from the log and from the runs, page by page; each page is one batch with the event that says so. The
 * sealed form of a line stays what it was, for it holds only the commitment that is kept. Network: D1.
 */
import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { type Actor, actorKey } from '../chat/invocation.ts'
import { appendAudit } from '../db/audit.ts'
import type { Database } from '../db/database.ts'
import {
  countUnderWay,
  type Erasable,
  type ErasableLine,
  eraseLines,
  eraseRuns,
  selectErasableLines,
  selectErasableRuns,
} from '../db/erase.ts'
import { auditEvent } from './event.ts'
import { commitmentOf } from './leaf.ts'

/** Lines, and runs, of one batch: their numbers fit into one field of the event. */
const PAGE = 500

/** Pages at a time: two trips to D1 each, and a command has 25 s. */
const PAGES_MAX = 10

export interface Erased {
  readonly lines: number
  readonly runs: number
  /** Runs that were left as they are, because they are under way. */
  readonly underWay: number
  /** Whether there is more: the same again erases on. */
  readonly more: boolean
}

/** Who erases, in which run, why, and when. */
export interface Eraser {
  readonly run: string
  readonly actor: Actor
  readonly reason: string
  /** Milliseconds since 1970. */
  readonly now: () => number
}

/** Erases the words of a run or of a person. Throws what D1 throws; what was erased until then stays erased, and said. */
export async function erase(db: Database, what: Erasable, by: Eraser): Promise<Erased> {
  let lines = 0
  let runs = 0
  for (let page = 1; ; page++) {
    const [foundLines, foundRuns, waiting] = (await db.batch([
      selectErasableLines(db, what, PAGE),
      selectErasableRuns(db, what, PAGE),
      countUnderWay(db, what, by.run),
    ])) as [D1Result<ErasableLine>, D1Result<{ id: string }>, D1Result<{ runs: number }>]
    const underWay = waiting.results[0]?.runs ?? 0
    const nothing = foundLines.results.length === 0 && foundRuns.results.length === 0
    if (nothing || page > PAGES_MAX) return { lines, runs, underWay, more: !nothing }
    const ids = foundRuns.results.map(({ id }) => id)
    await db.batch([
      eraseLines(db, foundLines.results.map(committed)),
      ...eraseRuns(db, ids),
      appendAudit(db, { when: 'always' }, [eventOf(what, by, foundLines.results, ids)]),
    ])
    lines += foundLines.results.length
    runs += ids.length
  }
}

function committed({ seq, personal, salt }: ErasableLine) {
  const commitment = commitmentOf(salt, personal, (key, message) => hmac(sha256, key, message))
  // The table takes no other salt.
  if (!commitment.ok) throw new Error(`line ${seq} of the log cannot be erased: ${commitment.why}`)
  return { seq, commitment: commitment.value }
}

function eventOf(what: Erasable, by: Eraser, lines: readonly ErasableLine[], runs: readonly string[]) {
  const whose = 'run' in what ? { run: what.run } : { run: by.run, person: what.person.map(actorKey) }
  return auditEvent(by.now(), 'audit.erased', by.actor, {
    ...whose,
    by_run: by.run,
    lines: lines.length,
    seqs: rangesOf(lines.map(({ seq }) => seq)),
    runs: runs.length,
    reason_text: by.reason,
  })
}

/**
 * Ascending numbers as ranges.
 *
 * @example rangesOf([1, 2, 3, 7]) // '1-3,7'
 */
export function rangesOf(numbers: readonly number[]): string {
  const ranges: [first: number, last: number][] = []
  for (const number of numbers) {
    const range = ranges.at(-1)
    if (range && range[1] === number - 1) range[1] = number
    else ranges.push([number, number])
  }
  return ranges.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(',')
}
