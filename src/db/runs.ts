/** The runs table's statements. Network: D1 only (through the statements it returns). */
import type { PawlRecord } from '../json.ts'
import type { State } from '../runs/state.ts'
import { FIRST_LINE, LEAD_TO_LINES } from './audit-run.ts'
import type { Database } from './database.ts'
import { type Claim, fenceOf, type HeldLock } from './guard.ts'
import { ONE_PRESS_MS, standingRepeat } from './repeats.ts'

export type { HeldLock } from './guard.ts'

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
  /** How often a consumer has claimed it. */
  readonly attempt: number
  /** How often it broke and was put back to be repeated; a run that only waited did not break. */
  readonly tries: number
  readonly change: string
  readonly due_at: number | null
  readonly start_by: number | null
  /** A queued run that has been at work: not before this time. */
  readonly wake_at: number | null
  /** A job that has started: when the whole of it is to be done. */
  readonly deadline_at: number | null
  /** Its locks as JSON: {@link NotedLock}s in the order in which they are taken. */
  readonly locks: string
  /** The run whose result this one gets instead of executing; null for a run that executes itself. */
  readonly joins: string | null
  readonly cancel_by: string | null
  readonly code: string | null
  readonly input: string | null
  readonly address: string | null
  readonly message: string | null
  /** The records that the last stage gave, as JSON; null when there were none or too many to keep. */
  readonly records: string | null
  /** The lines behind the buttons of the answer, as JSON. */
  readonly actions: string | null
  /** What the first stage starts with, as JSON. */
  readonly record: string | null
  /** Keys of the accounts that wrote the aliases in its line, as JSON; null when there are none. */
  readonly authors: string | null
  /** 1: it only said what it would do. */
  readonly dry: 0 | 1
  readonly reply: string | null
  readonly created_at: number
  readonly ended_at: number | null
  /** The earlier run whose line this one runs again. */
  readonly retries: string | null
  /** Another repeat of that run, which was there before this one and does it instead (`repeats.ts`). */
  readonly yields_to: string | null
  /** A {@link Resolution} as JSON, of a run that is lost. */
  readonly resolution: string | null
}

/** What people found out about a run that is lost; its state stays. */
export interface Resolution {
  readonly outcome: 'succeeded' | 'failed'
  readonly note: string
  /** The name of who says so. */
  readonly by: string
  /** Milliseconds since 1970. */
  readonly at: number
}

export function resolutionOf({ resolution }: Pick<RunRow, 'resolution'>): Resolution | null {
  return resolution === null ? null : (JSON.parse(resolution) as Resolution)
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
> &
  Partial<Pick<RunRow, 'retries' | 'record' | 'authors' | 'dry'>> & {
    /** 1: the line of its admission follows at once in the batch. */
    readonly lines?: 0 | 1
  }

/**
 * Inserts the run unless its delivery is already a run. Of two repeats of one run that change something the second notes that it
 * gives way, however close they come.
 */
export function insertRun(db: Database, run: NewRun): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO runs (id, digest, source, platform, workspace, actor, channel, line, command, effects, mode, retry,
         state, change, due_at, address, created_at, history, retries, record, dry, authors, audit_last, yields_to)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, 'accepted', ?13, ?14, ?15, ?16, ?17, ?18, ?20, ?21, ?22,
         CASE ?23 WHEN 1 THEN ${FIRST_LINE} END,
         CASE ?10 WHEN 'write' THEN (SELECT id FROM (${standingRepeat('?18', '?19')})) END)
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
      run.retries ?? null,
      run.created_at - ONE_PRESS_MS,
      run.record ?? null,
      run.dry ?? 0,
      run.authors ?? null,
      run.lines ?? 0,
    )
}

/** Who wrote the aliases in a run's line. */
export function authorsOf({ authors }: Pick<RunRow, 'authors'>): readonly string[] {
  return authors === null ? [] : (JSON.parse(authors) as string[])
}

export function selectRun(db: Database, id: string): D1PreparedStatement {
  return db.prepare('SELECT * FROM runs WHERE id = ?').bind(id)
}

/** The columns that a change of state may set beside the state itself. */
export interface RunChanges {
  readonly effects?: 'read' | 'write'
  readonly mode?: 'inline' | 'job'
  readonly dry?: 0 | 1
  readonly attempt?: number
  readonly tries?: number
  readonly due_at?: number | null
  readonly start_by?: number | null
  readonly wake_at?: number | null
  readonly deadline_at?: number | null
  readonly locks?: string
  readonly joins?: string | null
  readonly cancel_by?: string | null
  readonly code?: string | null
  readonly input?: string | null
  readonly address?: string | null
  readonly reply?: string | null
  readonly records?: string | null
  readonly record?: string | null
  readonly actions?: string | null
  readonly ended_at?: number | null
}

/** What the first stage of a run starts with. */
export function recordOf({ record }: Pick<RunRow, 'record'>): PawlRecord | null {
  return record === null ? null : (JSON.parse(record) as PawlRecord)
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
  /** Only if nobody has asked it to stop. */
  readonly uncancelled?: boolean
  /** Only if nothing has changed about it since it was read with this token. */
  readonly seen?: string
  readonly set?: RunChanges
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
  'effects',
  'mode',
  'dry',
  'attempt',
  'tries',
  'due_at',
  'start_by',
  'wake_at',
  'deadline_at',
  'locks',
  'joins',
  'cancel_by',
  'code',
  'input',
  'address',
  'reply',
  'records',
  'record',
  'actions',
  'ended_at',
]

/**
 * Moves a run along one edge, if it stands at the start of that edge. The trigger `runs_edges` refuses what `state.ts`
 * does not list.
 *
 * @param lines how many lines of the log follow at once in the batch, up to the run's last; for `recordChange`
 */
export function changeState(
  db: Database,
  { run, change, from, to, attempt, held = [], uncancelled = false, seen, set = {} }: Transition,
  lines = 0,
): D1PreparedStatement {
  const columns = CHANGEABLE.filter((column) => set[column] !== undefined)
  const values = columns.map((column) => set[column] ?? null)
  const marks = from.map(() => '?').join(', ')
  const fence = fenceOf(held)
  return db
    .prepare(
      `UPDATE runs SET state = ?, change = ?${columns.map((column) => `, ${column} = ?`).join('')}
         ${lines === 0 ? '' : `, ${LEAD_TO_LINES}`}
       WHERE id = ? AND state IN (${marks})
       ${attempt === undefined ? '' : 'AND attempt = ?'} ${uncancelled ? 'AND cancel_by IS NULL' : ''}
       ${seen === undefined ? '' : 'AND change = ?'} ${fence.condition}`,
    )
    .bind(
      to,
      change,
      ...values,
      ...(lines === 0 ? [] : [lines]),
      run,
      ...from,
      ...(attempt === undefined ? [] : [attempt]),
      ...(seen === undefined ? [] : [seen]),
      ...fence.values,
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

/** Who asked for cancellation. No row: the claim is lost, or one of its locks has passed on. */
export function selectClaim(db: Database, { run, attempt, held }: Claim): D1PreparedStatement {
  const fence = fenceOf(held)
  return db
    .prepare(`SELECT cancel_by FROM runs WHERE id = ? AND attempt = ? AND state = 'running' ${fence.condition}`)
    .bind(run, attempt, ...fence.values)
}

/** Extends a claim, and gives back the same. */
export function extendClaim(
  db: Database,
  { run, attempt, held, dueAt }: Claim & { readonly dueAt: number },
): D1PreparedStatement {
  const fence = fenceOf(held)
  return db
    .prepare(
      `UPDATE runs SET due_at = ? WHERE id = ? AND attempt = ? AND state = 'running' ${fence.condition}
       RETURNING cancel_by`,
    )
    .bind(dueAt, run, attempt, ...fence.values)
}

/** Notes where the answer to a run that has just been admitted goes. */
export function keepAddress(db: Database, run: string, address: string): D1PreparedStatement {
  return db.prepare("UPDATE runs SET address = ?2 WHERE id = ?1 AND state = 'accepted'").bind(run, address)
}

/**
 * Keeps where the run's message is, so that it can be edited: that of an interim word only, for once the run has ended, the message that
 * says so is the one to keep.
 */
export function keepInterimMessage(db: Database, run: string, message: string): D1PreparedStatement {
  return db.prepare('UPDATE runs SET message = ?2 WHERE id = ?1 AND ended_at IS NULL').bind(run, message)
}

/** Asks a running run to stop; the change token guards the audit event. */
export function requestCancel(db: Database, run: string, by: string, change: string): D1PreparedStatement {
  return db
    .prepare("UPDATE runs SET cancel_by = ?2, change = ?3 WHERE id = ?1 AND state = 'running' AND cancel_by IS NULL")
    .bind(run, by, change)
}

/**
 * Notes what people found out about a lost run, if nothing has changed about it since it was read; the change token guards
 * the rest of the batch.
 */
export function resolveLost(
  db: Database,
  { run, seen, change, resolution }: { run: string; seen: string; change: string; resolution: Resolution },
): D1PreparedStatement {
  return db
    .prepare("UPDATE runs SET resolution = ?4, change = ?3 WHERE id = ?1 AND state = 'lost' AND change = ?2")
    .bind(run, seen, change, JSON.stringify(resolution))
}

/**
 * Live runs that the sweeper has to look at, the longest overdue first, but alternately one that is queued and one that is not: a long
 * line must not keep it from those that have crashed, nor the other way round. Not those that wait for the end of another one.
 */
export function selectDue(db: Database, now: number, limit: number): D1PreparedStatement {
  return db
    .prepare(
      `SELECT * FROM runs r WHERE due_at IS NOT NULL AND due_at <= ?1
         AND NOT (joins IS NOT NULL AND EXISTS (SELECT 1 FROM runs j WHERE j.id = r.joins AND j.ended_at IS NULL))
       ORDER BY row_number() OVER (PARTITION BY state = 'queued' ORDER BY due_at), state = 'queued' LIMIT ?2`,
    )
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

/** Who asked for a run `r`. */
export const ASKER = `LEFT JOIN identities i ON i.platform = r.platform AND i.workspace = r.workspace AND i.external_id = r.actor
   LEFT JOIN users u ON u.id = i.user_id`

/** Runs with who asked. */
export const SEEN = `FROM runs r ${ASKER}`

export function selectSeenRun(db: Database, id: string): D1PreparedStatement {
  return db.prepare(`SELECT r.*, u.name AS user_name ${SEEN} WHERE r.id = ?`).bind(id)
}
