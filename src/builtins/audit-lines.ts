/** What `audit list` and `audit search` share: the options, one reading of the log, and its view. Network: D1. */
import * as z from 'zod'
import { auditEvent } from '../audit/event.ts'
import { type FilterWords, type LineFilter, readFilter } from '../audit/filter.ts'
import { briefLineOf } from '../audit/line.ts'
import { actorKey } from '../chat/invocation.ts'
import { code, md } from '../chat/markdown.ts'
import type { Block } from '../chat/reply.ts'
import type { Context } from '../command/command.ts'
import { CommandFailure } from '../command/failure.ts'
import { type AuditRow, appendAudit } from '../db/audit.ts'
import { isBefore, LINES_SEARCHED, selectLines, selectWindow, type WindowRow } from '../db/audit-read.ts'
import { codeCost, PAGE_COST } from '../view/budget.ts'
import { countText } from '../view/page.ts'
import { accountsNamed } from './accounts.ts'
import { houseOf } from './house.ts'

export const LIMIT = z.int().min(1).max(100).default(20).describe('How many lines')

/** The same words as on the command line. */
export const FILTERS = {
  person: z.string().optional().describe('What this person did: a user, a mention, or slack:T…:U…'),
  command: z.string().optional().describe('Runs with this command, alone or in a pipeline'),
  run: z.string().optional().describe('Only of this run'),
  code: z.string().optional().describe('Only of this code, as run.denied; lock.* for all that begin so'),
  outcome: z.string().optional().describe('As allowed, denied, succeeded, failed, timed_out, expired, lost, refused'),
  since: z.string().optional().describe('From then on: a date, or as long ago as 2h or 7d'),
  until: z.string().optional().describe('Before then: a date, or as long ago as 2h or 7d'),
  before: z.int().min(1).optional().describe('Only lines before this number: the next page'),
}

interface Asked extends FilterWords {
  readonly limit: number
  readonly person?: string | undefined
  readonly before?: number | undefined
  /** All must be in a line. */
  readonly words: readonly string[]
}

type Looked = {
  /** The oldest and the newest line that was looked at; null when there was none to look at. */
  readonly from: number | null
  readonly to: number | null
  /** When the oldest of them was written. */
  readonly back_to: string | null
  /** What to give as `--before` to go on; null when there is nothing more. */
  readonly before: number | null
  /** Lines up to this one are no longer in the database. */
  readonly pruned_to: number
}

export type Reading = {
  /** The newest first. */
  readonly lines: {
    readonly seq: number
    readonly at: string
    readonly code: string
    readonly actor: string | null
    readonly run: string | null
    readonly line: string
  }[]
  readonly looked: Looked
}

/** Reads lines of the log, which is an event of it: what is not recorded is not shown. */
export async function readLines(ctx: Context, asked: Asked): Promise<Reading> {
  const { limit, person, before, words } = asked
  const reading = readFilter(asked, ctx.now())
  if (!reading.ok) throw new CommandFailure(reading.why)
  const { filter } = reading
  const accounts = person === undefined ? null : (await accountsNamed(ctx, person)).map(actorKey)
  const { db } = houseOf(ctx)
  const window = await selectWindow(db, { before, until: filter.until }).first<WindowRow>()
  if (window === null) throw new Error('the log has no bounds: the migration made them')
  // The lines of one run are found without looking at others.
  const from = filter.run === undefined ? window.bottom : window.first
  const told = {
    ...reading.told,
    ...(accounts && { person: person ?? '', accounts }),
  }
  const [rows] = (await db.batch([
    selectLines(db, {
      filter,
      accounts,
      words,
      // A search finds itself otherwise.
      except: words.length > 0 ? ctx.run : null,
      from,
      top: window.top,
      limit,
    }),
    appendAudit(db, { when: 'always' }, [
      auditEvent(ctx.now(), 'audit.read', ctx.actor, {
        run: ctx.run,
        limit,
        before_line: before,
        filter: Object.keys(told).length > 0 ? told : undefined,
        words: words.length > 0 ? words.join(' ') : undefined,
      }),
    ]),
  ])) as [D1Result<AuditRow>, D1Result]
  const lines = rows.results.map(({ seq, event }) => {
    const { at, code: name, actor, run } = JSON.parse(event) as { [field: string]: string | undefined }
    const line = briefLineOf(event)
    return { seq, at: at ?? '', code: name ?? '', actor: actor ?? null, run: run ?? null, line }
  })
  return { lines, looked: lookedAt(window, from, filter, lines, limit) }
}

function lookedAt(
  { first, top, bottom, bottom_at, pruned_to }: WindowRow,
  from: number,
  { since }: LineFilter,
  lines: Reading['lines'],
  limit: number,
): Looked {
  if (top < first) return { from: null, to: null, back_to: null, before: null, pruned_to }
  const last = lines.at(-1)
  const isFull = last !== undefined && lines.length === limit
  const oldest = isFull ? last.seq : from
  const isAll = oldest <= first || (!isFull && isBefore(since, bottom_at))
  return {
    from: oldest,
    to: top,
    back_to: isFull ? last.at : from === bottom && bottom_at !== null ? new Date(bottom_at).toISOString() : null,
    before: isAll ? null : oldest,
    pruned_to,
  }
}

/** The lines as people read them, the newest last, as many of the newest as one answer takes. */
export function linesView({ lines, looked }: Reading): readonly Block[] {
  const shown = fitting(lines)
  const cut = shown.length < lines.length
  const before = cut ? (shown.at(-1)?.seq ?? null) : looked.before
  return [
    ...(shown.length === 0 ? [] : [{ kind: 'code' as const, text: rowsOf([...shown].reverse()).join('\n') }]),
    { kind: 'note', text: noteOf(shown.length, lines.length, before, looked) },
  ]
}

/** The day is said where it changes; the lines have the time of day. */
function rowsOf(lines: Reading['lines']): string[] {
  return lines.flatMap(({ seq, at, line }, i) => {
    const day = at.slice(0, 10)
    return [...(lines[i - 1]?.at.slice(0, 10) === day ? [] : [day]), `${seq} ${line}`]
  })
}

/** What a day costs that stands above a line. */
const DAY_COST = 11

function fitting(lines: Reading['lines']): Reading['lines'] {
  let left = PAGE_COST
  const past = lines.findIndex(({ seq, line }) => {
    left -= codeCost(`${seq} ${line}`) + 1 + DAY_COST
    return left < 0
  })
  return past < 0 ? lines : lines.slice(0, Math.max(past, 1))
}

function noteOf(shown: number, of: number, before: number | null, { from, to, back_to, pruned_to }: Looked) {
  if (from === null) return md`There is no line to look at.${gone(pruned_to)}`
  const count = shown === 0 ? 'Nothing found' : countText({ unit: 'line', total: of }, shown)
  const since = back_to === null ? '' : `, back to ${back_to.slice(0, 16).replace('T', ' ')} UTC`
  const range = `Looked at lines ${from} to ${to}${since}`
  if (before === null) return md`${count}. ${range}: there is nothing older to find.${gone(pruned_to)}`
  return md`${count}. ${range} · older ones: the same with ${code(`--before ${before}`)}`
}

function gone(pruned: number): string {
  return pruned > 0 ? ` Lines 1 to ${pruned} are no longer in the database, but in its archive.` : ''
}

/** For the descriptions: how far one search goes. */
export const SEARCHED_TEXT = `A filter is held against ${LINES_SEARCHED.toLocaleString('en')} lines at a time; the answer says how far back it looked, and how to go on.`
