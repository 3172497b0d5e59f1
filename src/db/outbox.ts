/** The outbox table's statements. Network: D1 only (through the statements it returns). */
import { LEAD_TO_LINES } from './audit-run.ts'
import type { Database } from './database.ts'

/** Among the targets of a run: the word to the security room that its glass was broken. No redirect has this number. */
export const SECURITY_TARGET = 1_000

/** The same, that its review is closed. */
export const REVIEW_TARGET = 1_001

/** An answer on its way, as D1 gives it; JSON columns are still text. */
export interface OutboxRow {
  readonly run: string
  /** 0 is who asked; 1 and up are the places that redirects name; -n tells who asked that n was given up. */
  readonly target: number
  /** How people know the place; null for who asked. */
  readonly label: string | null
  readonly reply: string
  readonly attempts: number
  readonly created_at: number
  readonly platform: string
  readonly workspace: string
  readonly actor: string
  readonly address: string | null
  readonly message: string | null
  /** The id of the room where the run was asked. */
  readonly channel: string
  /** The run's line. */
  readonly line: string
}

export interface NewAnswer {
  readonly run: string
  readonly target: number
  /** Null for who asked: the run knows. */
  readonly address: string | null
  readonly label: string | null
  readonly reply: string
  readonly now: number
  /** When somebody else may take it: the inserter delivers at once and has until then. */
  readonly nextAt: number
}

/** Queues an answer of a run, if the batch's change took place. */
export function insertOutbox(
  db: Database,
  change: string,
  { run, target, address, label, reply, now, nextAt }: NewAnswer,
): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO outbox (run, target, address, reply, state, next_at, created_at, label)
       SELECT id, ?3, ?4, ?5, 'pending', ?7, ?6, ?8 FROM runs WHERE id = ?1 AND change = ?2
       ON CONFLICT (run, target) DO NOTHING`,
    )
    .bind(run, change, target, address, reply, now, nextAt, label)
}

/**
 * Queues a word to who asked: the answer that was to go to `target` was given up. Its own address is asked for when it is
 * brought, for the run has dropped the one it had. Only once, whoever gives up.
 */
export function insertNotice(
  db: Database,
  { run, target, reply, now }: Pick<NewAnswer, 'run' | 'target' | 'reply' | 'now'>,
): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO outbox (run, target, reply, state, next_at, created_at) VALUES (?1, -?2, ?3, 'pending', ?4, ?4)
       ON CONFLICT (run, target) DO NOTHING`,
    )
    .bind(run, target, reply, now)
}

/** Queues a word about a run to a room; only once. */
export function insertWord(
  db: Database,
  { run, target, address, label, reply, now }: Omit<NewAnswer, 'nextAt'>,
): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO outbox (run, target, address, label, reply, state, next_at, created_at)
       VALUES (?1, ?2, ?3, ?4, ?5, 'pending', ?6, ?6) ON CONFLICT (run, target) DO NOTHING`,
    )
    .bind(run, target, address, label, reply, now)
}

/** The same for who asked, of a run that has ended already, with the address that its end had dropped. */
export function insertLateOutbox(
  db: Database,
  { run, address, reply, now, nextAt }: Omit<NewAnswer, 'target' | 'label'>,
): D1PreparedStatement[] {
  return [
    db.prepare('UPDATE runs SET address = ?2 WHERE id = ?1').bind(run, address),
    db
      .prepare(
        `INSERT INTO outbox (run, target, reply, state, next_at, created_at) VALUES (?1, 0, ?2, 'pending', ?4, ?3)
         ON CONFLICT (run, target) DO NOTHING`,
      )
      .bind(run, reply, now, nextAt),
  ]
}

/**
 * Takes a due answer for delivery: `until` is when another may try if this one is never heard of again. A word about a run that has
 * ended waits until its end has been told: it must not stand before it.
 */
export function claimOutbox(
  db: Database,
  { run, target, now, until }: { run: string; target: number; now: number; until: number },
): D1PreparedStatement {
  return db
    .prepare(
      `UPDATE outbox SET next_at = ?4, attempts = attempts + 1
       WHERE run = ?1 AND target = ?2 AND state = 'pending' AND next_at <= ?3
         AND (target = 0 OR label IS NOT NULL
           OR NOT EXISTS (SELECT 1 FROM outbox e WHERE e.run = ?1 AND e.target = 0 AND e.state = 'pending'))
       RETURNING run`,
    )
    .bind(run, target, now, until)
}

export function selectOutbox(db: Database, run: string, target: number): D1PreparedStatement {
  return db
    .prepare(
      `SELECT o.run, o.target, o.label, o.reply, o.attempts, o.created_at, r.platform, r.workspace, r.actor, r.line, r.channel ->> 'id' AS channel,
         CASE WHEN o.target = 0 THEN r.address ELSE o.address END AS address,
         CASE WHEN o.target = 0 THEN r.message END AS message
       FROM outbox o JOIN runs r ON r.id = o.run WHERE o.run = ?1 AND o.target = ?2`,
    )
    .bind(run, target)
}

export interface Settlement {
  readonly run: string
  readonly target: number
  /** The claim under which it was tried, as {@link OutboxRow.attempts} numbers them. */
  readonly attempts: number
  readonly state: 'pending' | 'delivered' | 'undeliverable'
  readonly nextAt: number | null
  readonly reason: string | null
}

/**
 * Records how a delivery went. What has arrived, or never will, is kept no longer: the run has the first answer. A try that failed
 * after another one had taken over says nothing: that one is at it.
 */
export function settleOutbox(
  db: Database,
  { run, target, attempts, state, nextAt, reason }: Settlement,
): D1PreparedStatement {
  return db
    .prepare(
      `UPDATE outbox SET state = ?3, next_at = ?4, reason = ?5,
         reply = CASE ?3 WHEN 'pending' THEN reply ELSE '{}' END, address = CASE ?3 WHEN 'pending' THEN address END
       WHERE run = ?1 AND target = ?2 AND state = 'pending' AND (?3 = 'delivered' OR attempts = ?6)`,
    )
    .bind(run, target, state, nextAt, reason, attempts)
}

/** Answers that wait for delivery and are due. */
export function selectDueOutbox(db: Database, now: number, limit: number): D1PreparedStatement {
  return db
    .prepare('SELECT run, target FROM outbox WHERE next_at IS NOT NULL AND next_at <= ?1 ORDER BY next_at LIMIT ?2')
    .bind(now, limit)
}

/**
 * Once who asked has the answer: keeps where it stands, forgets where to answer, and leads to the line of the log that says so and
 * follows at once.
 */
export function keepDelivered(db: Database, run: string, message: string): D1PreparedStatement {
  return db
    .prepare(`UPDATE runs SET message = ?, address = NULL, input = NULL, ${LEAD_TO_LINES} WHERE id = ?`)
    .bind(message, 1, run)
}

/** Forgets where to answer, once nobody is to be answered there: the address holds bearer secrets. */
export function dropAddress(db: Database, run: string): D1PreparedStatement {
  return db
    .prepare(
      `UPDATE runs SET address = NULL, input = NULL
       WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM outbox WHERE run = ?1 AND target = 0 AND state = 'pending')`,
    )
    .bind(run)
}
