/** The statements over a person's own lines. Network: D1 only (through the statements it returns). */
import type { Actor } from '../chat/invocation.ts'
import type { State } from '../runs/state.ts'
import type { Database } from './database.ts'
import type { RunRow } from './runs.ts'

/** Further back nobody looks by hand, and the search stays one short scan of an index. */
const LINES_SEARCHED = 1_000

const OWN = "platform = ?1 AND workspace = ?2 AND actor = ?3 AND history <> 'repeat'"

export type PastLine = Pick<RunRow, 'id' | 'line' | 'history'>

/** The nth last line of an actor, 1 for the last; lines that began with `!` do not count. One step along `runs_of_actor`. */
export function selectPastLine(db: Database, actor: Actor, nth: number): D1PreparedStatement {
  return db
    .prepare(`SELECT id, line, history FROM runs WHERE ${OWN} ORDER BY created_at DESC, id DESC LIMIT 1 OFFSET ?4`)
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
