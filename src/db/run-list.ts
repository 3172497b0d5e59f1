/** The statements of `run list`. Network: D1 only (through the statements it returns). */
import type { Actor } from '../chat/invocation.ts'
import type { State } from '../runs/state.ts'
import type { Database } from './database.ts'
import { ADMITTED, firstLineOf } from './newest.ts'
import { ASKER, type SeenRunRow } from './runs.ts'

/** States, commands and times are looked for in as many of the newest runs: no index serves each of them, and D1 bills what it reads. */
export const RUNS_SEARCHED = 10_000

/** What a list shows of a run. */
export interface ListedRunRow
  extends Pick<SeenRunRow, 'id' | 'state' | 'actor' | 'line' | 'created_at' | 'user_name' | 'resolution'> {
  /** Its answers that have not arrived, as a JSON list of {@link Undelivered}. */
  readonly undelivered: string
}

export interface Undelivered {
  /** The place as people know it; null for where it was asked. */
  readonly label: string | null
  readonly state: 'pending' | 'undeliverable'
  readonly reason: string | null
}

export interface RunFilter {
  /** Null for everybody's. */
  readonly actor: Actor | null
  /** The run that asks. */
  readonly except: string
  readonly state: State | null
  /** The key of a command that is one of its stages. */
  readonly command: string | null
  /** Milliseconds since 1970. */
  readonly since: number | null
  /** Only runs older than this one. */
  readonly before: string | null
  readonly undelivered: boolean
  readonly now: number
  readonly limit: number
}

/** An answer that is due is on its way, unless nobody has taken it for as long as the sweeper takes to come by. Milliseconds. */
const ON_ITS_WAY_MS = 60_000

/** Tried in vain, or due with nobody who has tried; only what is pending has a time. */
const OVERDUE = 'o.next_at IS NOT NULL AND (o.reason IS NOT NULL OR o.next_at <= ?)'

/** Or given up. */
const UNDELIVERED = `(o.state = 'undeliverable' OR (${OVERDUE}))`

/** Whose answers these are: each part has its index. */
const WITH_UNDELIVERED = `SELECT o.run FROM outbox o WHERE o.state = 'undeliverable'
  UNION ALL SELECT o.run FROM outbox o WHERE ${OVERDUE}`

const olderLines = (run: string) => ({ sql: `a.seq < ${firstLineOf('?')}`, values: [run, run, run] })

const olderRuns = (run: string) => ({
  sql: '(r.created_at, r.id) < (SELECT created_at, id FROM runs WHERE id = ?)',
  values: [run],
})

/**
 * The newest runs first. What is undelivered is little and has indexes, one's own runs have theirs; those of everybody are found by
 * the lines of their admission.
 */
export function selectNewestRuns(db: Database, filter: RunFilter): D1PreparedStatement {
  const { actor, except, state, command, since, before, undelivered, now, limit } = filter
  const byLog = !undelivered && actor === null
  const older = before === null ? [] : [byLog ? olderLines(before) : olderRuns(before)]
  const conditions: { readonly sql: string; readonly values: readonly (string | number)[] }[] = [
    { sql: 'r.id <> ?', values: [except] },
    ...older,
    ...(actor === null
      ? []
      : [
          {
            sql: 'r.platform = ? AND r.workspace = ? AND r.actor = ?',
            values: [actor.platform, actor.workspace, actor.id],
          },
        ]),
    ...(state === null ? [] : [{ sql: 'r.state = ?', values: [state] }]),
    // The stages of a pipeline stand with | between them.
    ...(command === null ? [] : [{ sql: "instr('|' || r.command || '|', '|' || ? || '|') > 0", values: [command] }]),
    ...(since === null ? [] : [{ sql: 'r.created_at >= ?', values: [since] }]),
    ...(undelivered ? [{ sql: `r.id IN (${WITH_UNDELIVERED})`, values: [now - ON_ITS_WAY_MS] }] : []),
    ...(byLog ? [{ sql: ADMITTED, values: [] }] : []),
    ...(byLog && (state !== null || command !== null || since !== null)
      ? [
          {
            sql: `a.seq >= (SELECT min(seq) FROM (SELECT a.seq FROM audit a WHERE ${[ADMITTED, ...older.map(({ sql }) => sql)].join(' AND ')}
              ORDER BY a.seq DESC LIMIT ${RUNS_SEARCHED}))`,
            values: older.flatMap(({ values }) => values),
          },
        ]
      : []),
  ]
  return db
    .prepare(
      `SELECT r.id, r.state, r.actor, r.line, r.created_at, r.resolution, u.name AS user_name,
         (SELECT json_group_array(json_object('label', o.label, 'state', o.state, 'reason', o.reason))
          FROM outbox o WHERE o.run = r.id AND ${UNDELIVERED}) AS undelivered
       FROM ${byLog ? 'audit a CROSS JOIN runs r ON r.id = a.run' : 'runs r'} ${ASKER}
       WHERE ${conditions.map(({ sql }) => sql).join(' AND ')}
       ORDER BY ${byLog ? 'a.seq DESC' : 'r.created_at DESC, r.id DESC'} LIMIT ?`,
    )
    .bind(now - ON_ITS_WAY_MS, ...conditions.flatMap(({ values }) => values), limit)
}
