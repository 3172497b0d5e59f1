/** Shows what became of a question that was put to one person alone, once it is answered. Network: D1, the platform's courier. */
import { withoutButtons } from '../chat/button.ts'
import { code, md } from '../chat/markdown.ts'
import type { Reply } from '../chat/reply.ts'
import { type ApprovalRow, selectApproval, selectVotes, type VoteRow } from '../db/approvals.ts'
import { type RunRow, selectRun } from '../db/runs.ts'
import type { RunnablePlan } from '../engine/plan.ts'
import type { Admitted } from '../runs/admit.ts'
import { addressOf } from '../runs/cancel.ts'
import { send } from '../runs/deliver.ts'
import { runNote } from '../runs/replies.ts'
import { showAgain } from '../runs/retire.ts'
import { messageOf, type Services } from '../runs/services.ts'
import { isTerminal } from '../runs/state.ts'
import { isOwn } from '../runs/visibility.ts'
import { careOf, standingOf } from './needs.ts'
import { waitingForApproval } from './replies.ts'
import { flat } from './shown.ts'

/** Commands whose buttons stand on what only the asker sees, and their option; the room's message is edited by what they do. */
const WORDS: ReadonlyMap<string, string> = new Map([
  ['confirm', 'what'],
  ['approval:withdraw', 'run'],
])

/** The run that a line is the asker's own word about; null for any other line. */
export function wordAbout({ stages: [first, ...rest] }: RunnablePlan): string | null {
  const option = WORDS.get(first.command.key)
  return option === undefined || rest.length > 0 ? null : String(first.args?.[option])
}

/** Shows the question that was answered as it stands now, where the platform allows it. Best effort. Never throws. */
export async function retirePressed(
  services: Services,
  { run, db, invocation: { actor, address } }: Pick<Admitted, 'run' | 'db' | 'invocation'>,
  about: string,
): Promise<void> {
  try {
    const [rows, approvals, votes] = (await db.batch([
      selectRun(db, about),
      selectApproval(db, about),
      selectVotes(db, about),
    ])) as [D1Result<RunRow>, D1Result<ApprovalRow>, D1Result<VoteRow>]
    const [row] = rows.results
    const [approval] = approvals.results
    if (!row || row.reply === null || !isOwn(actor, row) || !approval) return
    const waits = approval.state === 'open'
    if (waits && approval.stage === 'confirmation') return
    if (waits && row.state === 'awaiting_approval') {
      const asked = { run: row.id, line: row.line, expiresAt: approval.expires_at }
      const posted = row.message !== null
      const shown = waitingForApproval(asked, standingOf(careOf(approval), votes.results), posted)
      // What the press cannot edit, the request that asked the question can.
      if (await showAgain(services, address, shown, null)) return
      await send(services, { address: addressOf(row), reply: shown, message: 'deferred' })
      return
    }
    await showAgain(services, address, answered(row, JSON.parse(row.reply) as Reply), null)
  } catch (error) {
    services.log('the buttons of a question that was answered stay', { run, error: messageOf(error) })
  }
}

/** The question once nothing is to be said about it any more; a run that has ended says so itself. */
function answered({ id, line, state }: RunRow, question: Reply): Reply {
  if (isTerminal(state)) return { ...withoutButtons(question), visibility: 'private' }
  const fields = question.blocks.filter(({ kind }) => kind === 'fields')
  const blocks = [{ kind: 'text' as const, text: md`Confirmed: ${code(flat(line))}` }, ...fields, runNote(id)]
  return { visibility: 'private', tone: 'plain', blocks }
}
