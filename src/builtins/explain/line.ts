/** The line that `why`, `can` and `who can` are asked about: its stages, as far as they can be planned. Network: D1, for aliases. */
import * as z from 'zod'
import { textOf } from '../../chat/markdown.ts'
import type { Block } from '../../chat/reply.ts'
import { type Care, NO_CARE } from '../../command/care.ts'
import type { Command, Context } from '../../command/command.ts'
import { CommandFailure } from '../../command/failure.ts'
import { readsForReal } from '../../engine/assemble.ts'
import type { Plan } from '../../engine/plan.ts'
import { heldBy, placeOf, requestOf } from '../../policy/ask.ts'
import { type Decision, decide, decideUnseen, type Policy } from '../../policy/decide.ts'
import { canFreeze, freezesOn, freezeText } from '../../policy/freeze.ts'
import { missingForTargets } from '../../policy/house-permissions.ts'
import { type Request, type Subject, UNKNOWN } from '../../policy/request.ts'
import { houseOf } from '../house.ts'

/** Secret, because the line may be: it is masked wherever this command is kept or shown. */
export const lineOption = z
  .string()
  .min(1)
  .meta({ rest: true, secret: true })
  .describe('The line, as you would type it')

/** A command of the line, and what is known of its arguments. */
export interface AskedStage {
  readonly command: Command
  readonly request: (subject: Subject) => Request
  /** Why some arguments are not known yet, should the decision depend on them: they come from records, or cannot be read. */
  readonly open: 'records' | 'arguments'
  /** What the module asks for where nobody can be asked, behind a pipe in a line that is to run; null elsewhere. */
  readonly unseen: Care | null
}

export interface AskedLine {
  readonly plan: Plan
  readonly stages: readonly AskedStage[]
}

/** The stages of a line, asked in this room. Refuses a line in which no command is found. */
export async function readLine(ctx: Context, line: string): Promise<AskedLine> {
  const plan = await houseOf(ctx).plan(line)
  if (plan.commands.length === 0) throw new CommandFailure(problemOf(ctx, plan))
  const where = placeOf(ctx.actor, ctx.channel)
  const stages = plan.commands.map((command, i): AskedStage => {
    const stage = plan.ok ? plan.stages[i] : undefined
    const args = stage?.args ?? stage?.known ?? UNKNOWN
    const open = plan.ok ? 'records' : 'arguments'
    const counts = plan.ok && (!plan.dry || readsForReal(command)) && (i > 0 || stage?.args === null)
    const unseen = counts ? (plan.cares[i] ?? NO_CARE) : null
    return { command, request: (subject) => requestOf(subject, where, command, args), open, unseen }
  })
  return { plan, stages }
}

/** The decision on one stage for somebody, as a run of the line would come to it. */
export function decideStage(policy: Policy, { request, unseen }: AskedStage, subject: Subject): Decision {
  return unseen ? decideUnseen(policy, request(subject), unseen) : decide(policy, request(subject))
}

/** What a line asks for beside its commands; null when somebody holds it, or nothing is asked. */
export function redirectMissing({ plan }: AskedLine, subject: Subject): string | null {
  return plan.ok ? missingForTargets(plan.targets, heldBy(subject)) : null
}

/** {@link problemOf} for an explanation: who may not run one of the commands learns nothing of its usage. */
export function problemShown(ctx: Context, { plan, stages }: AskedLine): string {
  if (plan.ok || stages.every(({ command }) => houseOf(ctx).mayRun(command))) return problemOf(ctx, plan)
  return 'The line cannot be run as it is typed.'
}

/** Why a line cannot run whoever types it; names only commands that the asker may run. Empty when it can. */
export function problemOf(ctx: Context, plan: Plan): string {
  if (plan.ok) return ''
  const { commands, mayRun } = houseOf(ctx)
  return plan
    .explain(commands().filter(mayRun))
    .map(blockText)
    .filter((text) => text !== '')
    .join('\n')
}

function blockText(block: Block): string {
  switch (block.kind) {
    case 'text':
    case 'note':
      return textOf(block.text)
    case 'code':
      return block.text
    default:
      return ''
  }
}

/** What is frozen of a stage, for somebody, as people read it. */
export function freezesIn(ctx: Context, { command, request }: AskedStage, subject: Subject): string[] {
  const { policy, registry } = houseOf(ctx)
  return canFreeze(registry, command) ? freezesOn(policy, request(subject), ctx.now()).map(freezeText) : []
}
