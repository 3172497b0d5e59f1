/** Takes the buttons from a question that was put to one person alone, once it is answered. Network: D1, the platform's courier. */
import { withoutButtons } from '../chat/button.ts'
import type { Reply } from '../chat/reply.ts'
import { type ApprovalRow, selectApproval } from '../db/approvals.ts'
import { type RunRow, selectRun } from '../db/runs.ts'
import type { RunnablePlan } from '../engine/plan.ts'
import type { Admitted } from '../runs/admit.ts'
import { messageOf, type Services } from '../runs/services.ts'
import { isOwn } from '../runs/visibility.ts'

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

/** Shows the question that was pressed without its buttons, where the platform allows it. Best effort. Never throws. */
export async function retirePressed(
  services: Pick<Services, 'couriers' | 'log'>,
  { run, db, invocation: { actor, address } }: Pick<Admitted, 'run' | 'db' | 'invocation'>,
  about: string,
): Promise<void> {
  try {
    const [rows, approvals] = (await db.batch([selectRun(db, about), selectApproval(db, about)])) as [
      D1Result<RunRow>,
      D1Result<ApprovalRow>,
    ]
    const [row] = rows.results
    const [approval] = approvals.results
    const isOpen = approval?.state === 'open' && approval.stage === 'confirmation'
    if (!row || row.reply === null || !isOwn(actor, row) || isOpen) return
    const shown: Reply = { ...withoutButtons(JSON.parse(row.reply) as Reply), visibility: 'private' }
    await services.couriers.get(address.platform)?.retire(address, shown, null)
  } catch (error) {
    services.log('the buttons of a question that was answered stay', { run, error: messageOf(error) })
  }
}
