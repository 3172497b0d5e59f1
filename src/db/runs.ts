/** The runs table's statements. Network: D1 only (through the statements it returns). */
import type { Actor } from '../chat/invocation.ts'
import type { State } from '../runs/state.ts'
import type { Database } from './database.ts'

/** A row of `runs` as D1 gives it; JSON columns are still text. See docs/storage.md. */
export interface RunRow {
  readonly id: string
  readonly digest: string
  readonly source: string
  readonly platform: string
  readonly workspace: string
  readonly actor: string
  readonly channel: string
  readonly line: string
  /** How far `line` serves `!!`: to the letter, masked or cut, or not at all because it began with `!`. */
  readonly history: 'whole' | 'part' | 'repeat'
  readonly command: string | null
  readonly effects: 'read' | 'write'
  readonly mode: 'inline' | 'job'
  readonly retry: 'safe' | 'unsafe'
  readonly state: State
  readonly attempt: number
  readonly change: string
  readonly due_at: number | null
  readonly start_by: number | null
  /** Its locks as JSON: {@link NotedLock}s in the order in which they are taken. */
  readonly locks: string
  readonly cancel_by: string | null
  readonly code: string | null
  readonly input: string | null
  readonly address: string | null
  readonly message: string | null
  /** The records that the last stage gave, as JSON; null when there were none or too many to keep. */
  readonly records: string | null
  readonly reply: string | null
  readonly created_at: number
  readonly ended_at: number | null
}

/** What admission writes; everything else starts empty. */
export type NewRun = Pick<
  RunRow,
  | 'id'
  | 'digest'
  | 'source'
  | 'platform'
  | 'workspace'
  | 'actor'
  | 'channel'
  | 'line'
  | 'history'
  | 'command'
  | 'effects'
  | 'mode'
  | 'retry'
  | 'change'
  | 'due_at'
  | 'address'
  | 'created_at'
>

/** Inserts the run unless its delivery is already a run. */
export function insertRun(db: Database, run: NewRun): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO runs (id, digest, source, platform, workspace, actor, channel, line, command, effects, mode, retry,
         state, change, due_at, address, created_at, history)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, 'accepted', ?13, ?14, ?15, ?16, ?17)
       ON CONFLICT (id) DO NOTHING`,
    )
    .bind(
      run.id,
      run.digest,
      run.source,
      run.platform,
      run.workspace,
      run.actor,
      run.channel,
      run.line,
      run.command,
      run.effects,
      run.mode,
      run.retry,
      run.change,
      run.due_at,
      run.address,
      run.created_at,
      run.history,
    )
}

export function selectRun(db: Database, id: string): D1PreparedStatement {
  return db.prepare('SELECT * FROM runs WHERE id = ?').bind(id)
}

/** The columns that a change of state may set beside the state itself. */
export interface RunChanges {
  readonly attempt?: number
  readonly due_at?: number | null
  readonly start_by?: number | null
  readonly locks?: string
  readonly cancel_by?: string | null
  readonly code?: string | null
  readonly input?: string | null
  readonly address?: string | null
  readonly reply?: string | null
  readonly records?: string | null
  readonly ended_at?: number | null
}

export interface Transition {
  readonly run: string
  /** The token that guards the rest of the batch; fresh for every attempt at a change. */
  readonly change: string
  readonly from: readonly State[]
  readonly to: State
  /** Only if the run is still at this attempt: a claim that was taken over can write nothing. */
  readonly attempt?: number
  /** Only if nobody has used one of these locks with a greater epoch: for writes by who holds, or believes to hold, them all. */
  readonly held?: readonly HeldLock[]
  readonly set?: RunChanges
}

export interface HeldLock {
  readonly key: string
  readonly epoch: number
}

/** What a row notes of a lock: the epoch under which the run was given it last; null while it never was. */
export interface NotedLock {
  readonly key: string
  readonly epoch: number | null
}

/** The locks that a run needs, as its row notes them. */
export function locksOf({ locks }: Pick<RunRow, 'locks'>): readonly NotedLock[] {
  return JSON.parse(locks) as NotedLock[]
}

/** Columns by name, so that nothing from outside can become part of the SQL text. */
const CHANGEABLE: readonly (keyof RunChanges)[] = [
  'attempt',
  'due_at',
  'start_by',
  'locks',
  'cancel_by',
  'code',
  'input',
  'address',
  'reply',
  'records',
  'ended_at',
]

/** The fence inside D1: a holder of whose locks one has passed to a greater epoch can write nothing. */
const FENCE = `AND NOT EXISTS (
  SELECT 1 FROM json_each(?) h JOIN epochs e ON e.lock_key = h.value ->> 'key' WHERE e.epoch > h.value ->> 'epoch'
)`

/**
 * Moves a run along one edge, if it stands at the start of that edge. The trigger `runs_edges` refuses what `state.ts`
 * does not list.
 */
export function changeState(
  db: Database,
  { run, change, from, to, attempt, held = [], set = {} }: Transition,
): D1PreparedStatement {
  const columns = CHANGEABLE.filter((column) => set[column] !== undefined)
  const values = columns.map((column) => set[column] ?? null)
  const marks = from.map(() => '?').join(', ')
  return db
    .prepare(
      `UPDATE runs SET state = ?, change = ?${columns.map((column) => `, ${column} = ?`).join('')}
       WHERE id = ? AND state IN (${marks})
       ${attempt === undefined ? '' : 'AND attempt = ?'} ${held.length === 0 ? '' : FENCE}`,
    )
    .bind(
      to,
      change,
      ...values,
      run,
      ...from,
      ...(attempt === undefined ? [] : [attempt]),
      ...(held.length === 0 ? [] : [JSON.stringify(held)]),
    )
}

/** Notes the highest epochs seen on locks; part of a claim's batch, so that older holders can write no more. */
export function raiseEpochs(db: Database, held: readonly HeldLock[]): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO epochs (lock_key, epoch) SELECT value ->> 'key', value ->> 'epoch' FROM json_each(?1) WHERE TRUE
       ON CONFLICT (lock_key) DO UPDATE SET epoch = excluded.epoch WHERE excluded.epoch > epochs.epoch`,
    )
    .bind(JSON.stringify(held))
}

/** Extends a claim; gives back who asked for cancellation. No row: the claim is lost, or one of its locks has passed on. */
export function extendClaim(
  db: Database,
  { run, attempt, held, dueAt }: { run: string; attempt: number; held: readonly HeldLock[]; dueAt: number },
): D1PreparedStatement {
  return db
    .prepare(
      `UPDATE runs SET due_at = ? WHERE id = ? AND attempt = ? AND state = 'running' ${held.length === 0 ? '' : FENCE}
       RETURNING cancel_by`,
    )
    .bind(dueAt, run, attempt, ...(held.length === 0 ? [] : [JSON.stringify(held)]))
}

/** Keeps where the run's message is, so that it can be edited. */
export function keepMessage(db: Database, run: string, message: string | null): D1PreparedStatement {
  return db.prepare('UPDATE runs SET message = ?2 WHERE id = ?1').bind(run, message)
}

/** Asks a running run to stop; the change token guards the audit event. */
export function requestCancel(db: Database, run: string, by: string, change: string): D1PreparedStatement {
  return db
    .prepare("UPDATE runs SET cancel_by = ?2, change = ?3 WHERE id = ?1 AND state = 'running' AND cancel_by IS NULL")
    .bind(run, by, change)
}

/** Live runs that the sweeper has to look at, the longest overdue first. */
export function selectDue(db: Database, now: number, limit: number): D1PreparedStatement {
  return db
    .prepare('SELECT * FROM runs WHERE due_at IS NOT NULL AND due_at <= ?1 ORDER BY due_at LIMIT ?2')
    .bind(now, limit)
}

/** True when the batch's change of this run took place. */
export function selectChanged(db: Database, run: string, change: string): D1PreparedStatement {
  return db.prepare('SELECT EXISTS (SELECT 1 FROM runs WHERE id = ?1 AND change = ?2) AS changed').bind(run, change)
}

/** A run with the name of the user of Pawl who asked; null for an identity that no user owns. */
export interface SeenRunRow extends RunRow {
  readonly user_name: string | null
}

const SEEN = `FROM runs r
   LEFT JOIN identities i ON i.platform = r.platform AND i.workspace = r.workspace AND i.external_id = r.actor
   LEFT JOIN users u ON u.id = i.user_id`

export function selectSeenRun(db: Database, id: string): D1PreparedStatement {
  return db.prepare(`SELECT r.*, u.name AS user_name ${SEEN} WHERE r.id = ?`).bind(id)
}

/** What a list shows of a run. */
export type ListedRunRow = Pick<SeenRunRow, 'id' | 'state' | 'actor' | 'line' | 'created_at' | 'user_name'>

/** The newest runs, of one actor or of all (`actor: null`), in one state or in any. */
export function selectNewestRuns(
  db: Database,
  { actor, state, limit }: { actor: Actor | null; state: State | null; limit: number },
): D1PreparedStatement {
  const conditions = [
    ...(actor === null ? [] : ['r.platform = ? AND r.workspace = ? AND r.actor = ?']),
    ...(state === null ? [] : ['r.state = ?']),
  ]
  return db
    .prepare(
      `SELECT r.id, r.state, r.actor, r.line, r.created_at, u.name AS user_name ${SEEN}
       ${conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`}
       ORDER BY r.created_at DESC, r.id DESC LIMIT ?`,
    )
    .bind(
      ...(actor === null ? [] : [actor.platform, actor.workspace, actor.id]),
      ...(state === null ? [] : [state]),
      limit,
    )
}
