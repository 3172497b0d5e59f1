/**
 * One attempt of a job that a consumer has claimed: executes it with a heartbeat, then ends it, puts it aside, or has it tried
 * again. Network: D1, the locks, the queue, the platform's courier; timers.
 */

import { withApprovers, withGlass } from '../approval/replies.ts'
import type { Actor, Address, Channel } from '../chat/invocation.ts'
import type { Reply } from '../chat/reply.ts'
import { formatDuration } from '../command/duration.ts'
import type { ApprovalRow } from '../db/approvals.ts'
import type { Database } from '../db/database.ts'
import type { HeldLock } from '../db/guard.ts'
import { type ReviewedRow, selectReview } from '../db/reviews.ts'
import type { RunRow } from '../db/runs.ts'
import type { RunnablePlan } from '../engine/plan.ts'
import { type AtWork, type PutBack, putAside, retryPause, tryAgain } from './aside.ts'
import { deliverNow } from './deliver.ts'
import { type Ending, endRun } from './end.ts'
import { cancelledEnd, type End, type Execution, executePlan } from './execution.ts'
import { heartbeat } from './heartbeat.ts'
import { createJournal, type Kept } from './journal.ts'
import { SAFE_TRIES, STRETCH_MS } from './limits.ts'
import { releaseLocks } from './locks.ts'
import { createProgress, type Progress } from './progress.ts'
import { deliverCopies, type Redirect } from './redirect.ts'
import { offerRetry } from './retry.ts'
import { messageOf, type Services } from './services.ts'
import type { Asker } from './subject.ts'

/** How often, and after which growing pause, the end of an attempt is written when D1 fails. */
const END_TRIES = 4
const END_PAUSE_MS = 1_500

/** A run that this consumer has claimed. */
export interface Claimed extends Asker {
  readonly db: Database
  /** As it was before the claim. */
  readonly row: RunRow
  readonly actor: Actor
  readonly address: Address
  readonly plan: RunnablePlan
  readonly attempt: number
  readonly held: readonly HeldLock[]
  /** What is given back at the end: the locks that it holds, or may hold. */
  readonly locks: readonly string[]
  /** Where its answer goes, as found before the claim. */
  readonly redirects: readonly Redirect[]
  readonly kept: Kept
  /** Milliseconds since 1970. */
  readonly deadlineAt: number
  /** See {@link RunFacts}. */
  readonly broken: boolean
  readonly begun: boolean
  /** What somebody said before it was queued; null where nobody had to be asked. */
  readonly approval: ApprovalRow | null
  /** Who has agreed to it, where somebody had to. */
  readonly agreed: readonly string[]
}

/** Executes the claimed run. Throws when its end could not be written: the sweeper then finds it. */
export async function runClaimed(services: Services, claimed: Claimed): Promise<void> {
  const { db, row, actor, address, plan, attempt, held, redirects, kept, deadlineAt, policy, subject } = claimed
  const { id: run, line, message, created_at: createdAt } = row
  const journal = createJournal(services, db, { claim: { run, attempt, held }, actor, kept })
  const beat = heartbeat(services, { run, attempt, held }, journal)
  const progress = createProgress(services, db, {
    run,
    line,
    address,
    message,
    createdAt,
    workspace: `${actor.platform}:${actor.workspace}`,
    quiet: plan.answer === 'private',
    lasts: beat.lasts,
  })
  // A run that goes on has said how far it is.
  if (row.wake_at === null) progress.show(null)
  const { broken, begun } = claimed
  const channel = JSON.parse(row.channel) as Channel
  const facts = { run, actor, channel, redirects, policy, subject, db, broken, begun }
  const left = deadlineAt - services.now()
  const execution = await executePlan(services, facts, plan, {
    abort: beat.signal,
    journal,
    timeout:
      left <= STRETCH_MS
        ? { ms: left, shown: `${plan.timeoutMs / 1_000} s` }
        : { ms: STRETCH_MS, shown: `${STRETCH_MS / 1_000} s of work without a step` },
    progress: async (text, fraction) => progress.show({ text, ...(fraction !== undefined && { fraction }) }),
  })
  const work: AtWork = { row, actor, journal, deadlineAt }
  const back = await putBackOf(services, claimed, work, execution, progress, () => beat.stop())
  const ref = await progress.settled()
  // After a lost claim whoever took it over tells the room; the lock may already serve that attempt: it is not ours.
  if (execution.state === 'lost' || back?.outcome === 'lost' || back?.outcome === 'queued') {
    void beat.stop()
    return back?.outcome === 'queued' ? undefined : await progress.yielded()
  }
  const outcome = endingOf(claimed, execution, back)
  const end = { ...outcome, reply: offerRetry(row, outcome.to, await withWord(services, claimed, outcome.reply)) }
  const { events, lines } = journal.rest()
  // What did not stop may still be at it: then the locks are free when their leases end, not earlier.
  const locks = execution.state === 'ended' && !execution.stopped ? [] : claimed.locks
  const ending = {
    run,
    actor,
    channel: facts.channel.id,
    from: ['running'] as const,
    attempt,
    held,
    locks,
    events,
    lines,
    outbox: true,
    createdAt,
    ...end,
  }
  // The claim is kept alive until the end stands: a job that is over must not be taken for lost.
  const written = await persistently(services, run, () => endRun(services, db, ending satisfies Ending))
  void beat.stop()
  if (!written) return await progress.yielded()
  await releaseLocks(services, locks, run)
  await deliverNow(services, db, {
    run,
    actor,
    channel: facts.channel.id,
    address,
    reply: end.reply,
    message: ref,
    notBefore: progress.hushed(),
  })
  if (end.copies) await deliverCopies(services, db, { run, line, actor }, end.copies)
}

/** Puts it back into the queue if it waits, or broke and may be repeated; null when it is to end. */
async function putBackOf(
  services: Services,
  { db, plan, row }: Claimed,
  work: AtWork,
  execution: Execution,
  progress: Progress,
  stop: () => Promise<void>,
): Promise<PutBack | null> {
  const pause = execution.state === 'ended' && execution.fault ? retryPause(plan, row.tries) : null
  if (execution.state !== 'suspended' && pause === null) return null
  if (pause !== null)
    progress.show({ text: `it broke off; try ${row.tries + 2} of ${SAFE_TRIES} starts in ${formatDuration(pause)}` })
  // What was said last stands in the room while nobody executes it.
  await progress.flushed()
  // No beat may shorten the leases that are about to be made long.
  await stop()
  return await persistently(services, row.id, () =>
    execution.state === 'suspended'
      ? putAside(services, db, work, execution)
      : tryAgain(services, db, work, pause ?? 0),
  )
}

/** With whose word it was, or that nobody was asked: that stays where the room reads how it ended. */
async function withWord(services: Services, claimed: Claimed, reply: Reply): Promise<Reply> {
  const { broken, approval, agreed, db, row, subject, actor } = claimed
  if (!broken || approval === null) return withApprovers(reply, agreed)
  return withGlass(reply, await skippedBy(services, db, row.id), subject.user?.name ?? actor.id)
}

/** What a broken glass has skipped, as its review has it; nothing where D1 does not answer: how it ended is told all the same. */
async function skippedBy(services: Services, db: Database, run: string): Promise<readonly string[]> {
  try {
    const review = await selectReview(db, run).first<ReviewedRow>()
    return review === null ? [] : (JSON.parse(review.skipped) as string[])
  } catch (error) {
    services.log('what a broken glass has skipped is not told', { run, error: messageOf(error) })
    return []
  }
}

/** How it ends that was not put back. */
function endingOf({ row, plan }: Claimed, execution: Execution, back: PutBack | null): End {
  if (back?.outcome === 'cancelled') return cancelledEnd(row.id, plan, back.by)
  if (execution.state === 'ended') return execution.end
  throw new Error(`a run that is ${execution.state} has no end yet`)
}

/** Does what must not be lost again after a failure: what has been done must be told. Throws after {@link END_TRIES}. */
async function persistently<T>(services: Services, run: string, action: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await action()
    } catch (error) {
      if (attempt === END_TRIES) throw error
      services.log('end not recorded; trying again', { run, error: messageOf(error) })
      await new Promise((resolve) => {
        setTimeout(resolve, END_PAUSE_MS * attempt)
      })
    }
  }
}
