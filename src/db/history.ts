/** The statements over earlier lines. Network: D1 only (through the statements it returns). */
import { type Actor, actorKey } from '../chat/invocation.ts'
import type { State } from '../runs/state.ts'
import { FLAT_EVENT } from './audit.ts'
import { isOfRun } from './audit-run.ts'
import type { Database } from './database.ts'
import { ERASED } from './erase.ts'
import { newestRuns } from './newest.ts'
import { type RunRow, SEEN } from './runs.ts'

/** Further back nobody looks by hand, and the search stays one short scan of an index. */
const LINES_SEARCHED = 1_000

const OWN = "platform = ?1 AND workspace = ?2 AND actor = ?3 AND history <> 'repeat'"

export type PastLine = Pick<RunRow, 'id' | 'line' | 'history' | 'authors'>

/** The nth last line of an actor, 1 for the last; lines that began with `!` do not count. One step along `runs_of_actor`. */
export function selectPastLine(db: Database, actor: Actor, nth: number): D1PreparedStatement {
  return db
    .prepare(
      `SELECT id, line, history, authors FROM runs WHERE ${OWN} ORDER BY created_at DESC, id DESC LIMIT 1 OFFSET ?4`,
    )
    .bind(actor.platform, actor.workspace, actor.id, nth - 1)
}

export interface HistoryRow {
  /** What stands behind `!` to run it again. */
  readonly n: number
  readonly id: string
  readonly line: string
  readonly history: RunRow['history']
  readonly state: State
  readonly created_at: number
}

export interface HistoryQuery {
  readonly limit: number
  /** The run that asks: it counts, as `!1` from then on, but is not shown. */
  readonly except: string
  /** All must be in the line, whatever their case. */
  readonly words: readonly string[]
}

/** An actor's own lines, newest first. */
export function selectHistory(db: Database, actor: Actor, { limit, except, words }: HistoryQuery): D1PreparedStatement {
  return db
    .prepare(
      `SELECT n, id, line, history, state, created_at FROM (
         SELECT row_number() OVER (ORDER BY created_at DESC, id DESC) AS n, id, line, history, state, created_at
         FROM runs WHERE ${OWN} ORDER BY created_at DESC, id DESC LIMIT ${LINES_SEARCHED})
       WHERE id <> ?4 AND NOT EXISTS (SELECT 1 FROM json_each(?5) w WHERE instr(lower(line), lower(w.value)) = 0)
       ORDER BY n LIMIT ?6`,
    )
    .bind(actor.platform, actor.workspace, actor.id, except, JSON.stringify(words), limit)
}

/** Lines are looked for in as many of the newest runs: no index serves words, and D1 bills what it reads. */
export const PAST_RUNS_SEARCHED = 10_000

/** Different lines of which one search decides whether they may be seen; whoever meets more has asked for too little. */
const GROUPS_MAX = 500

/** Lines that were run, as one: what the newest of these runs says. */
export interface PastRow
  extends Pick<RunRow, 'id' | 'line' | 'history' | 'mode' | 'state' | 'platform' | 'channel' | 'actor' | 'created_at'> {
  readonly user_name: string | null
  readonly own: 0 | 1
  /** What is kept of the answer: whom it was for. */
  readonly reply: string | null
  readonly times: number
  readonly succeeded: number
}

export interface PastQuery {
  readonly actor: Actor
  /** Others' lines only where the answer was told in this room; null for own lines only. */
  readonly room: string | null
  readonly except: string
  /** All must be in the line, whatever their case. */
  readonly words: readonly string[]
  /** The key of a command that is one of its stages. */
  readonly command: string | null
  /** Only of these accounts; null for everybody's. */
  readonly accounts: readonly Actor[] | null
  readonly succeeded: boolean
  /** Only runs older than this one. */
  readonly before: string | null
}

const IS_OWN = '(r.platform = ?1 AND r.workspace = ?2 AND r.actor = ?3)'

/** `?4` is the room. */
const TOLD_HERE = `(r.platform = ?1 AND r.channel ->> 'kind' = 'channel' AND r.channel ->> 'id' = ?4
  AND r.reply ->> 'visibility' = 'channel')`

/** The newest runs, of which `?5` is the newest that is not looked at. */
const SEARCHED = newestRuns('?5', PAST_RUNS_SEARCHED)

/** Earlier lines, each once, those that were run last first; one's own apart from those of others. */
export function selectPastLines(db: Database, query: PastQuery): D1PreparedStatement {
  const { actor, room, except, words, command, accounts, succeeded, before } = query
  return db
    .prepare(
      `SELECT r.id, r.line, r.history, r.mode, r.state, r.platform, r.channel, r.actor, max(r.created_at) AS created_at,
         u.name AS user_name, ${IS_OWN} AS own, json_object('visibility', r.reply ->> 'visibility') AS reply,
         count(*) AS times, sum(r.state = 'succeeded') AS succeeded
       ${SEEN} WHERE r.id IN (${SEARCHED}) AND r.id <> ?6 AND r.line <> '${ERASED}'
         AND NOT EXISTS (SELECT 1 FROM json_each(?7) w WHERE instr(lower(r.line), lower(w.value)) = 0)
         AND (?8 IS NULL OR instr('|' || r.command || '|', '|' || ?8 || '|') > 0)
         AND (?9 IS NULL OR r.platform || ':' || r.workspace || ':' || r.actor IN (SELECT value FROM json_each(?9)))
         AND (?10 = 0 OR r.state = 'succeeded')
         AND r.command IS NOT NULL AND r.command NOT IN ('history', 'history:search', 'history:show')
         AND (${IS_OWN} OR (?4 IS NOT NULL AND ${TOLD_HERE}))
       GROUP BY r.line, own ORDER BY max(r.created_at) DESC, r.id DESC LIMIT ${GROUPS_MAX}`,
    )
    .bind(
      actor.platform,
      actor.workspace,
      actor.id,
      room,
      before,
      except,
      JSON.stringify(words),
      command,
      accounts && JSON.stringify(accounts.map(actorKey)),
      succeeded ? 1 : 0,
    )
}

/** How far such a search goes: as many runs, and the oldest of them. */
export interface PastExtent {
  readonly runs: number
  readonly oldest: string | null
  readonly oldest_at: number | null
}

export function selectPastExtent(db: Database, before: string | null): D1PreparedStatement {
  return db
    .prepare(
      `SELECT count(*) AS runs, r.id AS oldest, min(r.created_at) AS oldest_at
       FROM (${newestRuns('?1', PAST_RUNS_SEARCHED)}) n CROSS JOIN runs r ON r.id = n.id`,
    )
    .bind(before)
}

/** A run's lines of the log from the first on, the decisions among them. */
export function selectWholeStory(db: Database, run: string, limit: number): D1PreparedStatement {
  return db
    .prepare(`SELECT seq, ${FLAT_EVENT} FROM audit WHERE ${isOfRun('?1')} ORDER BY seq LIMIT ?2`)
    .bind(run, limit)
}
