/** The asker's own word, which starts his line or has it go on to others. Network: D1, the courier, the queue. */
import { auditEvent } from '../audit/event.ts'
import type { Channel } from '../chat/invocation.ts'
import { oneLine } from '../chat/label.ts'
import { typedLine } from '../chat/typed.ts'
import { askOthers, type ConfirmationRow, decideApproval, selectConfirmations } from '../db/approvals.ts'
import { appendAudit } from '../db/audit.ts'
import { commit } from '../db/database.ts'
import { expectVersion, isVersionConflict } from '../db/policy.ts'
import { changeState } from '../db/runs.ts'
import { printWord } from '../language/print.ts'
import { RUN_ID } from '../runs/identity.ts'
import { WAKE_GRACE_MS } from '../runs/limits.ts'
import type { Services } from '../runs/services.ts'
import { isOwn } from '../runs/visibility.ts'
import { wakeOrLeaveToSweeper } from '../runs/wake.ts'
import { digestOf } from './digest.ts'
import { endOverdue, endVoid } from './end.ts'
import { shortOf } from './holders.ts'
import { askRoom } from './message.ts'
import { approvalMs, careOf, OPEN_MAX, standingOf } from './needs.ts'
import { readWaiting, type Waiting } from './read.ts'
import { decidedText, needsText, untilText } from './replies.ts'
import { type Rejection, reject, TRIES_MAX, UNKNOWN_RUN, type Voter } from './vote.ts'

const NONE_TO_CONFIRM = 'there is no run of this id that waits for you to confirm it'

/** Enough of a line to know it by: there may be several. */
const LINE_SHOWN = 60

export type Confirmed =
  | {
      readonly ok: true
      readonly run: string
      readonly line: string
      readonly next: string | null
      readonly posted: boolean
      /** Says which permissions too few others hold. */
      readonly short: string | null
    }
  | Rejection

/** The word, the run, or where one word fits several lines the word and the run behind it. */
function readTyped(typed: string): { readonly word: string | null; readonly id: string | null } {
  const parts = typed.split(' ')
  const last = parts.at(-1) ?? ''
  if (!RUN_ID.test(last)) return { word: typed, id: null }
  return { word: parts.length > 1 ? parts.slice(0, -1).join(' ') : null, id: last }
}

/** @param typed the run's id, as its button has it, or the word that was asked for, or that word and the run's id */
export async function confirmRun(
  services: Services,
  voter: Voter & { readonly channel: Channel },
  typed: string,
): Promise<Confirmed> {
  const { word, id } = readTyped(typed)
  const found = word === null ? [] : await findByWord(voter, word, id, services.now())
  const run = word === null ? id : (found[0]?.run ?? null)
  const rejected = async (rejection: Rejection, known: boolean) =>
    await reject(services, voter, known ? run : null, id, rejection, 'confirmation.rejected')
  if (run === null) {
    const message = 'nothing of yours in this room waits for this word now'
    return await rejected({ ok: false, reason: 'word', message }, false)
  }
  if (found.length > 1)
    return await rejected(
      { ok: false, reason: 'ambiguous', message: whichText(voter.actor.platform, typed, found) },
      false,
    )
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const waiting = await readWaiting(services, voter.db, run)
    if (waiting === null) return await rejected({ ...UNKNOWN_RUN, message: NONE_TO_CONFIRM }, false)
    const rejection = await whyNot(services, voter, waiting, word === null)
    if (rejection) return await rejected(rejection, true)
    const confirmed = await confirm(services, voter, waiting)
    if (confirmed !== null) return confirmed
  }
  return await rejected({ ok: false, reason: 'busy', message: 'it changes at this moment: try again' }, true)
}

/** The asker's lines here that wait for this word, the newest first; only that run where one is named. */
async function findByWord(
  { db, actor, channel }: Voter & { readonly channel: Channel },
  word: string,
  run: string | null,
  now: number,
): Promise<readonly ConfirmationRow[]> {
  const who = { platform: actor.platform, workspace: actor.workspace, actor: actor.id }
  const { results } = await selectConfirmations(db, who, channel.id, now, OPEN_MAX).all<ConfirmationRow>()
  return results.filter((row) => careOf(row).confirmation?.word === word && (run === null || row.run === run))
}

function cut(line: string): string {
  return line.length > LINE_SHOWN ? `${line.slice(0, LINE_SHOWN - 1).toWellFormed()}…` : line
}

/** Says which lines one word could mean, and how to say which. */
function whichText(platform: string, word: string, found: readonly ConfirmationRow[]): string {
  const lines = found.map(
    ({ run, line }) => `"${cut(oneLine(line))}" with ${typedLine(platform, `confirm ${printWord(word)} ${run}`)}`,
  )
  return `${found.length} lines of yours wait for this word: say which, ${lines.join(', or ')}`
}

async function whyNot(
  services: Services,
  { actor, db }: Voter,
  waiting: Waiting,
  byId: boolean,
): Promise<Rejection | null> {
  const { row, approval, votes, spoilt } = waiting
  const no = (reason: string, message: string): Rejection => ({ ok: false, reason, message })
  // Elsewhere nobody learns that there is such a run.
  if (row.platform !== actor.platform || row.workspace !== actor.workspace)
    return { ...UNKNOWN_RUN, reason: 'elsewhere', message: NONE_TO_CONFIRM }
  if (!isOwn(actor, row))
    return no('other', 'only whoever asked for it can confirm it, with the account that it was asked with')
  if (approval.state !== 'open' || row.state !== 'awaiting_approval')
    return no(
      'already_decided',
      `nothing is to be confirmed about run ${row.id} any more: ${decidedText(approval, votes)}`,
    )
  if (approval.stage !== 'confirmation')
    return no('already_decided', 'you have confirmed it already; others are asked now')
  if (byId && careOf(approval).confirmation?.word !== null)
    return no('word', `a word is asked for: type ${typedLine(actor.platform, 'confirm')} and that word`)
  if (services.now() >= approval.expires_at) {
    await endOverdue(services, db, row)
    return no('expired', 'the two minutes are over: type the line again if it is still wanted')
  }
  if (spoilt === null) return null
  await endVoid(services, db, row, spoilt)
  return no('void', spoilt.again ? `${spoilt.why}: type the line again` : spoilt.why)
}

/** Null when somebody else was faster. */
async function confirm(services: Services, voter: Voter, waiting: Waiting): Promise<Confirmed | null> {
  const { row, approval, asker, plan, version } = waiting
  if (plan === null) return null
  const { db, actor } = voter
  const { id: run, line } = row
  const care = careOf(approval)
  const others = care.approvals.length > 0
  const now = services.now()
  const expiresAt = others ? now + approvalMs(care) : approval.expires_at
  const { id: channel } = JSON.parse(row.channel) as Channel
  const digest = others
    ? await digestOf({ run, plan, actor: asker, channel, policy: approval.policy, care, expiresAt })
    : approval.digest
  const change = { run, change: services.token() }
  const given = auditEvent(now, 'confirmation.given', actor, { run, by_run: voter.run, digest: approval.digest })
  const next = others
    ? auditEvent(now, 'approval.asked', actor, {
        run,
        channel,
        permissions: care.approvals.map(({ permission }) => permission),
        until: new Date(expiresAt).toISOString(),
        digest,
        reason_text: plan.because ?? undefined,
      })
    : auditEvent(now, 'run.queued', actor, { run, channel })
  try {
    const [, update] = await commit(db, run, change.change, [
      expectVersion(db, version),
      changeState(db, {
        ...change,
        from: ['awaiting_approval'],
        to: others ? 'awaiting_approval' : 'queued',
        seen: row.change,
        set: others ? { due_at: expiresAt } : { due_at: now + WAKE_GRACE_MS, start_by: now + plan.startWithinMs },
      }),
      others ? askOthers(db, change, { digest, expiresAt }) : decideApproval(db, change, 'given', now),
      appendAudit(db, { when: 'changed', ...change }, [given, next]),
    ])
    if (update && update.meta.changes !== 1) return null
  } catch (error) {
    if (isVersionConflict(error)) return null
    throw error
  }
  if (!others) {
    await wakeOrLeaveToSweeper(services, run)
    return { ok: true, run, line, next: null, posted: false, short: null }
  }
  const barred = JSON.parse(approval.barred) as string[]
  const [posted, short] = await Promise.all([
    askRoom(services, db, run),
    shortOf(services, db, { actor, subject: voter.subject, barred }, care),
  ])
  return {
    ok: true,
    run,
    line,
    next: `${needsText(standingOf(care, []))}, until ${untilText(expiresAt)}`,
    posted,
    short,
  }
}
