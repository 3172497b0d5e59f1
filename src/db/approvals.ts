/** The statements of approvals and votes. Network: D1 only (through the statements it returns). */
import type { Actor } from '../chat/invocation.ts'
import type { Care } from '../command/care.ts'
import type { Database } from './database.ts'
import type { Change } from './guard.ts'
import { type RunRow, SEEN } from './runs.ts'

/** What stands between a decided line and its start; JSON columns are still text. See docs/storage.md. */
export interface ApprovalRow {
  readonly run: string
  readonly stage: 'confirmation' | 'approval' | 'break_glass'
  readonly state: 'open' | 'given' | 'refused' | 'expired' | 'withdrawn' | 'void'
  readonly digest: string
  /** The version of the policy under which it was asked. */
  readonly policy: string
  /** A {@link Care}. */
  readonly care: string
  /** Keys of accounts whose person may not approve, as a JSON list. */
  readonly barred: string
  readonly because: string | null
  readonly change: string
  readonly created_at: number
  readonly expires_at: number
  readonly decided_at: number | null
}

/** Every state but the first is for good. */
export type Decided = Exclude<ApprovalRow['state'], 'open'>

export interface VoteRow {
  readonly run: string
  /** `user:3`, or the key of an administrator who is no user. */
  readonly person: string
  readonly name: string
  readonly vote: 'approve' | 'refuse'
  /** JSON list of the permissions that it counts for. */
  readonly permissions: string
  readonly note: string | null
  readonly by_run: string
  readonly at: number
}

export interface NewApproval extends Pick<ApprovalRow, 'run' | 'stage' | 'digest' | 'policy' | 'because'> {
  readonly state: 'open' | 'given'
  readonly care: Care
  readonly barred: readonly string[]
  readonly createdAt: number
  readonly expiresAt: number
}

/** Writes the row, if the batch's change of its run took place. */
export function insertApproval(db: Database, change: string, row: NewApproval): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO approvals (run, stage, state, digest, policy, care, barred, because, change, created_at, expires_at, decided_at)
       SELECT id, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?2, ?10, ?11, CASE ?4 WHEN 'open' THEN NULL ELSE ?10 END
       FROM runs WHERE id = ?1 AND change = ?2`,
    )
    .bind(
      row.run,
      change,
      row.stage,
      row.state,
      row.digest,
      row.policy,
      JSON.stringify(row.care),
      JSON.stringify(row.barred),
      row.because,
      row.createdAt,
      row.expiresAt,
    )
}

export function selectApproval(db: Database, run: string): D1PreparedStatement {
  return db.prepare('SELECT * FROM approvals WHERE run = ?').bind(run)
}

/** What people said of a run, the oldest first. */
export function selectVotes(db: Database, run: string): D1PreparedStatement {
  return db.prepare('SELECT * FROM approval_votes WHERE run = ? ORDER BY at, person').bind(run)
}

/** Decides an open row, if the batch's change of its run took place. */
export function decideApproval(
  db: Database,
  { run, change }: Change,
  state: Decided,
  now: number,
): D1PreparedStatement {
  return db
    .prepare(
      `UPDATE approvals SET state = ?3, decided_at = ?4, change = ?2 WHERE run = ?1 AND state = 'open'
       AND EXISTS (SELECT 1 FROM runs WHERE id = ?1 AND change = ?2)`,
    )
    .bind(run, change, state, now)
}

/** An open row that was confirmed and now waits for others; under the same condition. */
export function askOthers(
  db: Database,
  { run, change }: Change,
  { digest, expiresAt }: { readonly digest: string; readonly expiresAt: number },
): D1PreparedStatement {
  return db
    .prepare(
      `UPDATE approvals SET stage = 'approval', digest = ?3, expires_at = ?4, change = ?2 WHERE run = ?1 AND state = 'open'
       AND EXISTS (SELECT 1 FROM runs WHERE id = ?1 AND change = ?2)`,
    )
    .bind(run, change, digest, expiresAt)
}

/** Notes what somebody said, under the same condition. A second word of one person fails the batch. */
export function insertVote(db: Database, { run, change }: Change, vote: Omit<VoteRow, 'run'>): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO approval_votes (run, person, name, vote, permissions, note, by_run, at)
       SELECT id, ?3, ?4, ?5, ?6, ?7, ?8, ?9 FROM runs WHERE id = ?1 AND change = ?2`,
    )
    .bind(run, change, vote.person, vote.name, vote.vote, vote.permissions, vote.note, vote.by_run, vote.at)
}

/** The keys of all accounts of a user. */
export function selectAccountKeys(db: Database, user: number): D1PreparedStatement {
  return db
    .prepare("SELECT platform || ':' || workspace || ':' || external_id AS key FROM identities WHERE user_id = ?")
    .bind(user)
}

/** Fails the whole batch when so many questions of these accounts are open already (see `expectVersion`). */
export function expectFewOpen(
  db: Database,
  accounts: readonly string[],
  now: number,
  most: number,
): D1PreparedStatement {
  return db
    .prepare(
      `SELECT CASE WHEN (
         SELECT count(*) FROM approvals a JOIN runs r ON r.id = a.run
         WHERE a.state = 'open' AND a.expires_at > ?2
           AND r.platform || ':' || r.workspace || ':' || r.actor IN (SELECT value FROM json_each(?1))
       ) < ?3 THEN 1 ELSE abs(-9223372036854775807 - 1) END`,
    )
    .bind(JSON.stringify(accounts), now, most)
}

/** An open confirmation. */
export type ConfirmationRow = Pick<ApprovalRow, 'run' | 'care'> & Pick<RunRow, 'line'>

/** Somebody's open confirmations in a room, the newest first. */
export function selectConfirmations(
  db: Database,
  actor: Pick<RunRow, 'platform' | 'workspace' | 'actor'>,
  room: string,
  now: number,
  limit: number,
): D1PreparedStatement {
  return db
    .prepare(
      `SELECT a.run, a.care, r.line FROM approvals a JOIN runs r ON r.id = a.run
       WHERE a.state = 'open' AND a.stage = 'confirmation' AND r.platform = ?1 AND r.workspace = ?2 AND r.actor = ?3
         AND r.channel ->> 'id' = ?4 AND a.expires_at > ?5
       ORDER BY a.created_at DESC LIMIT ?6`,
    )
    .bind(actor.platform, actor.workspace, actor.actor, room, now, limit)
}

/** An open approval with its run and what was said so far. */
export interface OpenRow
  extends Pick<ApprovalRow, 'run' | 'stage' | 'policy' | 'care' | 'because' | 'expires_at' | 'created_at'> {
  readonly line: string
  readonly channel: string
  readonly platform: string
  readonly workspace: string
  readonly actor: string
  readonly user_name: string | null
  readonly input: string | null
  readonly record: string | null
  /** Whether whoever asks may decide it now. */
  readonly may: 0 | 1
  /** JSON list of `[person, vote, permissions]`. */
  readonly votes: string
}

/** Whose view of what waits it is, and which page. */
export interface OpenQuery {
  readonly here: Actor
  /** The version of the policy: what was asked under another one nobody can decide any more. */
  readonly policy: string
  /** All accounts of whoever asks. */
  readonly accounts: readonly string[]
  /** Null for nobody that could decide. */
  readonly person: string | null
  /** Null for all there are. */
  readonly held: readonly string[] | null
  /** Whether everything is shown. */
  readonly all: boolean
  /** Only what may be decided, or confirmed. */
  readonly mine: boolean
  /** Only what stands behind this run. */
  readonly after: string | null
  readonly now: number
  readonly limit: number
}

/**
 * What waits where it was asked, what expires first on top: one's own, what one may decide or could, or all; of what its asker has
 * to confirm, one's own with this account.
 */
export function selectOpen(db: Database, query: OpenQuery): D1PreparedStatement {
  const { here, policy, accounts, person, held, all, mine, after, now, limit } = query
  return db
    .prepare(
      `SELECT *, own = 0 AND held AND free AND policy = ?12 AS may FROM (
         SELECT a.run, a.stage, a.policy, a.care, a.because, a.expires_at, a.created_at, r.line, r.channel, r.platform, r.workspace, r.actor,
           r.input, r.record, u.name AS user_name,
           r.platform || ':' || r.workspace || ':' || r.actor IN (SELECT value FROM json_each(?4)) AS own,
           ?6 IS NULL OR EXISTS (SELECT 1 FROM json_each(a.care, '$.approvals') n
             JOIN json_each(?6) h ON h.value = n.value ->> 'permission') AS held,
           ?5 IS NOT NULL
             AND NOT EXISTS (SELECT 1 FROM json_each(a.barred) b JOIN json_each(?4) o ON o.value = b.value)
             AND NOT EXISTS (SELECT 1 FROM approval_votes v WHERE v.run = a.run AND v.person = ?5) AS free,
           (SELECT json_group_array(json_array(v.person, v.vote, json(v.permissions))) FROM approval_votes v
             WHERE v.run = a.run) AS votes
         ${SEEN.replace('FROM runs r', 'FROM approvals a JOIN runs r ON r.id = a.run')}
         WHERE a.state = 'open' AND a.expires_at > ?1 AND r.platform = ?2 AND r.workspace = ?3
           AND (a.stage = 'approval' OR (a.stage = 'confirmation' AND r.actor = ?11))
           AND (?9 IS NULL OR (a.expires_at, a.run) > (SELECT expires_at, run FROM approvals WHERE run = ?9))
       ) WHERE may OR (stage = 'confirmation' AND policy = ?12) OR (NOT ?8 AND (own OR held OR ?7)) ORDER BY expires_at, run LIMIT ?10`,
    )
    .bind(
      now,
      here.platform,
      here.workspace,
      JSON.stringify(accounts),
      person,
      held && JSON.stringify(held),
      all ? 1 : 0,
      mine ? 1 : 0,
      after,
      limit,
      here.id,
      policy,
    )
}

/** Runs that wait for a word which cannot count any more, as the policy has another version: what expires first on top. */
export function selectOutdated(db: Database, now: number, limit: number): D1PreparedStatement {
  return db
    .prepare(
      `SELECT run FROM approvals WHERE state = 'open' AND expires_at > ?1
         AND CAST(policy AS INTEGER) <> (SELECT version FROM policy WHERE id = 1) ORDER BY expires_at LIMIT ?2`,
    )
    .bind(now, limit)
}
