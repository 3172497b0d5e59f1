/**
 * The message in the room that asks for approval: posted by the bot, so that it can be edited until the run's own end stands there.
 * Network: the platform's courier, D1 (to keep where the message is).
 */
import { accountName, code, type Markdown, md, userNamed } from '../chat/markdown.ts'
import { type Reply, textReply } from '../chat/reply.ts'
import { type Config, isAdministrator } from '../config.ts'
import { type ApprovalRow, selectApproval, selectVotes, type VoteRow } from '../db/approvals.ts'
import type { Database } from '../db/database.ts'
import { keepInterimMessage, type RunRow, type SeenRunRow, selectSeenRun } from '../db/runs.ts'
import { actorOf, addressOf } from '../runs/cancel.ts'
import type { MessageRef } from '../runs/courier.ts'
import { send } from '../runs/deliver.ts'
import { messageOf, type Services } from '../runs/services.ts'
import { isTerminal } from '../runs/state.ts'
import { careOf, standingOf } from './needs.ts'
import { approvalQuestion, approved } from './replies.ts'
import { plannedNow } from './shown.ts'

/** An edit that comes late may stand over a newer one: what is true is then said again, so often. */
const MENDS_MAX = 3

/** What the message of a run has to say now; null where the run itself speaks, or nobody was asked. */
function messageFor(
  { registry, config }: Services,
  row: SeenRunRow,
  approval: ApprovalRow,
  votes: readonly VoteRow[],
): Reply | null {
  const { id: run, line, state } = row
  const agreed = votes.filter(({ vote }) => vote === 'approve').map(({ name }) => name)
  if (state === 'awaiting_approval' && approval.stage === 'approval' && approval.state === 'open') {
    const plan = plannedNow(registry, row)
    const asked = {
      run,
      line,
      asker: askerOf(config, row),
      plan,
      because: approval.because,
      expiresAt: approval.expires_at,
    }
    return approvalQuestion(asked, standingOf(careOf(approval), votes), agreed)
  }
  if (state === 'queued' && row.attempt === 0) return approved(run, line, agreed)
  const last = isTerminal(state) && row.reply !== null ? (JSON.parse(row.reply) as Reply) : null
  return last?.visibility === 'channel' ? last : null
}

/** A user by the account's name, where the platform shows it, or by that in Pawl. */
function askerOf(config: Config, row: SeenRunRow): Markdown {
  if (row.user_name !== null) return userNamed(row.actor, row.user_name)
  return accountName(row.actor, isAdministrator(config, actorOf(row)) ? 'an administrator' : undefined)
}

/** Asks the room; false when nobody there could be reached. Never throws. */
export async function askRoom(services: Services, db: Database, run: string): Promise<boolean> {
  return await showAsItStands(services, db, run, null)
}

/**
 * Makes the room's message say what is true now. Never throws.
 *
 * @param posted null to post it, else it is edited, if it is there
 */
export async function showAsItStands(
  services: Services,
  db: Database,
  run: string,
  posted: 'edit' | null = 'edit',
): Promise<boolean> {
  try {
    let shown: string | null = null
    for (let tries = 0; tries < MENDS_MAX; tries++) {
      const [rows, approvals, votes] = (await db.batch([
        selectSeenRun(db, run),
        selectApproval(db, run),
        selectVotes(db, run),
      ])) as [D1Result<SeenRunRow>, D1Result<ApprovalRow>, D1Result<VoteRow>]
      const [row] = rows.results
      const [approval] = approvals.results
      if (!row || !approval || row.change === shown) break
      const reply = messageFor(services, row, approval, votes.results)
      const message = row.message === null ? null : (JSON.parse(row.message) as MessageRef)
      if (reply === null || (message === null && (posted !== null || shown !== null))) break
      if (!(await put(services, db, row, reply, message))) return false
      shown = row.change
    }
    return true
  } catch (error) {
    services.log('the message that asks for approval is not as it should be', { run, error: messageOf(error) })
    return false
  }
}

async function put(services: Services, db: Database, row: RunRow, reply: Reply, message: MessageRef | null) {
  const { id: channel } = JSON.parse(row.channel) as { id: string }
  // Of its own, not the answer to a request: the bot can edit it for as long as it takes.
  const address = services.couriers.get(row.platform)?.asked(actorOf(row), channel, row.id)
  if (!address) return false
  const delivery = await send(services, { address, reply, message })
  if (delivery.outcome !== 'delivered') {
    services.log('not asked for approval', { run: row.id, reason: delivery.reason })
    return false
  }
  const kept = JSON.stringify(delivery.message)
  if (kept !== row.message) await keepInterimMessage(db, row.id, kept).run()
  return true
}

/** Tells the asker alone, in the place of the word in between. Best effort: the room's message says it, too. */
export async function tellAsker(services: Services, row: RunRow, text: Markdown, tone: Reply['tone']): Promise<void> {
  const reply = textReply(text, { tone })
  const delivery = await send(services, { address: addressOf(row), reply, message: 'deferred' })
  if (delivery.outcome !== 'delivered') services.log('the asker was not told', { run: row.id, reason: delivery.reason })
}

/** The asker's word once all have agreed. */
export function startsText({ id, line }: RunRow): Markdown {
  return md`${code(line)} was approved and starts now (run ${code(id)}).`
}
