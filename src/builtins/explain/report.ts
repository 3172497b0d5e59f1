/** The explanation of a line for somebody: the verdicts on its stages, and who holds what is missing. Network: D1. */

import { type Markdown, plain } from '../../chat/markdown.ts'
import type { Block } from '../../chat/reply.ts'
import { afterCare, joinCare, needsCare } from '../../command/care.ts'
import type { Context } from '../../command/command.ts'
import type { Policy } from '../../policy/decide.ts'
import type { Subject } from '../../policy/request.ts'
import { houseOf } from '../house.ts'
import { holdersOf } from './holders.ts'
import { type AskedLine, decideStage, freezesIn, problemShown, readLine, redirectMissing } from './line.ts'
import { helpNote, verdictBlocks } from './shown.ts'
import { type RuleVerdict, verdictsOf } from './verdict.ts'

/** A verdict with what is said once for the whole line, in its first record. */
export interface Explained extends RuleVerdict {
  readonly holders: readonly string[]
  readonly grantors: readonly string[]
  readonly administrators: readonly string[]
  /** Why the line cannot run, whatever the rules say, or what comes before it starts; empty when nothing does. */
  readonly problem: string
}

/** Explains a line for a subject, asked in the room of the context. */
export async function explained(ctx: Context, line: string, subject: Subject): Promise<Explained[]> {
  const { policy } = houseOf(ctx)
  const asked = await readLine(ctx, line)
  const verdicts = asked.stages.flatMap((stage, i) => verdictsOf(policy, stage, subject, i + 1))
  const redirect = redirectMissing(asked, subject)
  const missing = verdicts.filter(({ decision }) => decision === 'denied').flatMap((verdict) => verdict.missing)
  if (redirect !== null) missing.push(redirect)
  const found = await holdersOf(ctx, [...new Set(missing)].sort())
  const denied = verdicts.some(({ decision }) => decision === 'denied')
  // Whoever may not run a command learns nothing of its usage.
  const problem = denied
    ? ''
    : problemShown(ctx, asked) ||
      frozenText(ctx, asked, subject) ||
      careText(asked, policy, subject) ||
      redirectText(redirect)
  const nothing = { holders: [], grantors: [], administrators: [], problem: '' }
  return verdicts.map((verdict, i) => ({ ...verdict, ...(i === 0 ? { ...found, problem } : nothing) }))
}

/** The freezes that stop a line which the rules let pass; empty where none does. */
function frozenText(ctx: Context, { plan, stages }: AskedLine, subject: Subject): string {
  if (!plan.ok || plan.dry) return ''
  const texts = [...new Set(stages.flatMap((stage) => freezesIn(ctx, stage, subject)))]
  return texts.length === 0 ? '' : `The line cannot start now: it is frozen ${texts.join('; ')}.`
}

/** What comes before the whole line starts, of rules and modules together; empty where nothing does. */
function careText({ plan, stages }: AskedLine, policy: Policy, subject: Subject): string {
  if (!plan.ok || plan.dry) return ''
  const cares = stages.flatMap((stage) => {
    const decision = decideStage(policy, stage, subject)
    return decision.allowed ? [decision.care] : []
  })
  const care = joinCare([plan.care, ...cares])
  const reason = care.approvals.some((need) => need.reason) ? ' The reason is given with --why.' : ''
  return needsCare(care) ? `The line may start ${afterCare(care)}.${reason}` : ''
}

function redirectText(missing: string | null): string {
  return missing === null ? '' : `Its redirect is denied: to send an answer elsewhere needs ${missing}.`
}

/** The verdicts, what else is in the way, and who can help. */
export function explainedView(records: readonly Explained[], note: Markdown): Block[] {
  const [first] = records
  return [
    ...verdictBlocks(records),
    ...(first && first.problem !== '' ? [{ kind: 'text', text: plain(first.problem) } as const] : []),
    ...(first ? helpNote(first) : []),
    { kind: 'note', text: note },
  ]
}
