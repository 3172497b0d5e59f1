/**
 * Ends a run: its last state, the audit events, the kept answer and, where the HTTP response cannot carry it, the outbox
 * row, all in one batch. Network: D1.
 */
import { boundedEvents } from '../audit/bound.ts'
import { type AuditCode, type AuditEvent, auditEvent } from '../audit/event.ts'
import type { Actor, Address } from '../chat/invocation.ts'
import type { Reply } from '../chat/reply.ts'
import type { NextCommand } from '../command/command.ts'
import { recordChange } from '../db/change.ts'
import { commit, type Database } from '../db/database.ts'
import { type JoinerRow, selectJoiners } from '../db/joins.ts'
import { insertLog, type LogLine } from '../db/log.ts'
import { insertOutbox } from '../db/outbox.ts'
import { type HeldLock, raiseEpochs } from '../db/runs.ts'
import { emptySteps } from '../db/steps.ts'
import type { PawlRecord } from '../json.ts'
import { wakeJoiners } from './joiners.ts'
import { keptReply, keptText } from './kept.ts'
import { DELIVERY_LEASE_MS } from './limits.ts'
import type { Services } from './services.ts'
import type { State } from './state.ts'

export type EndState = Extract<
  State,
  'denied' | 'succeeded' | 'failed' | 'timed_out' | 'cancelled' | 'expired' | 'lost'
>

export interface Ending {
  readonly run: string
  readonly actor: Actor
  /** The id of the room where it was asked. */
  readonly channel: string
  readonly from: readonly State[]
  readonly to: EndState
  /** Only if the run is still at this attempt. */
  readonly attempt?: number
  /** For an end written by who executed the run under locks: refused when one of its locks has passed on. */
  readonly held?: readonly HeldLock[]
  /** Noted with it as used: whoever holds one of these locks with a smaller epoch can write no more. */
  readonly fence?: readonly HeldLock[]
  /** A stable word for why: `usage`, `busy`, `missing_permission`, `handler`, … */
  readonly code: string | null
  readonly reply: Reply
  /** What its answer offers to press. */
  readonly actions?: readonly NextCommand[]
  /** What the last stage gave, kept with the run unless it is too long (see {@link keptText}). */
  readonly records?: readonly PawlRecord[]
  /** Written before the event of the end itself. */
  readonly events?: readonly AuditEvent[]
  /** Log lines of its handlers that are not written yet. */
  readonly lines?: readonly LogLine[]
  /** Goes into the event of the end. */
  readonly details?: Parameters<typeof auditEvent>[3]
  /** The locks that the run holds, and the one that it waits for; given back by the caller once this is written. */
  readonly locks?: readonly string[]
  /** True when the courier has to bring the answer. */
  readonly outbox: boolean
  /** What is said where redirects lead. */
  readonly copies?: readonly Copy[]
  readonly createdAt: number
  /** Statements of the same batch, to apply where this token stands. */
  readonly also?: (change: string) => readonly D1PreparedStatement[]
  /** It only said what it would do. */
  readonly dry?: boolean
  /** It ended before it was queued, so nobody can have joined it. */
  readonly isAlone?: boolean
}

/** The answer as it goes to one place of a redirect. */
export interface Copy {
  /** As people see the place: `#ops`, `@ada`. */
  readonly label: string
  readonly address: Address
  readonly reply: Reply
}

/** Writes the end; false when somebody else has ended or taken over the run. Throws what D1 throws. */
export async function endRun(services: Services, db: Database, ending: Ending): Promise<boolean> {
  const {
    run,
    actor,
    channel,
    from,
    to,
    attempt,
    code,
    reply,
    records,
    actions = [],
    events = [],
    lines = [],
    details = {},
    locks = [],
    held = [],
    fence = [],
    outbox,
    createdAt,
    also,
    dry = false,
    isAlone = false,
    copies = [],
  } = ending
  const now = services.now()
  const change = services.token()
  const end = auditEvent(now, `run.${to}` satisfies AuditCode, actor, {
    run,
    channel,
    attempt,
    outcome: to,
    dry: dry || undefined,
    reason: code ?? undefined,
    latency_ms: now - createdAt,
    ...details,
  })
  const released = locks.map((lock) => auditEvent(now, 'lock.released', actor, { run, attempt, lock }))
  // However much a run leaves behind, its end must be written.
  const kept = boundedEvents(events, run, actor, now)
  const text = keptReply(reply)
  const answers = [
    ...(outbox ? [{ target: 0, address: null, label: null, reply: text }] : []),
    ...copies.map(({ label, address, reply: copy }, i) => ({
      target: i + 1,
      address: JSON.stringify(address),
      label,
      reply: keptReply(copy),
    })),
  ]
  const results = await commit(db, run, change, [
    ...(fence.length === 0 ? [] : [raiseEpochs(db, fence)]),
    ...recordChange(
      db,
      {
        run,
        change,
        from,
        to,
        ...(attempt !== undefined && { attempt }),
        held,
        set: {
          code,
          reply: text,
          ...(records && { records: keptText(records) }),
          ...(actions.length > 0 && { actions: JSON.stringify(actions) }),
          ended_at: now,
          // A room's practice is not known when the row is made.
          ...(dry && { dry: 1, effects: 'read', mode: 'inline' }),
          due_at: null,
          input: null,
          // The address holds bearer secrets: kept only while the courier needs it.
          ...(outbox ? {} : { address: null }),
        },
      },
      [...kept, end, ...released],
    ),
    ...(also?.(change) ?? []),
    ...(lines.length === 0 ? [] : [insertLog(db, { run, change }, lines)]),
    // Only what a consumer claims keeps anything for a later attempt.
    ...(attempt === undefined ? [] : emptySteps(db, { run, change })),
    ...answers.map((answer) => insertOutbox(db, change, { ...answer, run, now, nextAt: now + DELIVERY_LEASE_MS })),
    ...(isAlone ? [] : [selectJoiners(db, run)]),
  ])
  const changed = results[fence.length === 0 ? 0 : 1]
  // An empty answer means that the token was found after a broken connection: it was committed.
  const written = changed === undefined || changed.meta.changes === 1
  if (written && !isAlone) await wakeJoiners(services, run, (results.at(-1)?.results ?? []) as JoinerRow[])
  return written
}
