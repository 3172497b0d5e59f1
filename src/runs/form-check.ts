/**
 * What is wrong with a form that no schema can know, asked before the form closes. Changes nothing. Network: D1, and what the command's
 * own checks read; a timer.
 */
import type { Submission } from '../chat/hall.ts'
import type { Channel } from '../chat/invocation.ts'
import type { Command } from '../command/command.ts'
import type { RawArguments } from '../command/define.ts'
import type { Database } from '../db/database.ts'
import { scrub } from '../engine/scrub.ts'
import { placeOf, requestOf } from '../policy/ask.ts'
import { decide } from '../policy/decide.ts'
import { contextOf } from './context.ts'
import { createJournal, NOTHING_KEPT } from './journal.ts'
import { messageOf, type Services } from './services.ts'
import { toolsOf } from './steps.ts'
import { askerStatements, readAsker } from './subject.ts'
import { within } from './within.ts'

/** A part of what a step may take. What is not known by then the handler says. In milliseconds. */
const CHECK_BUDGET_MS = 600

/** Who sends a form, from which room, as which run. */
interface Sent extends Pick<Submission, 'actor' | 'standing'> {
  readonly channel: Channel
  readonly run: string
}

/** By option, for whoever may run the command with just these arguments; anybody else hears that first. Never rejects. */
export async function problemsNow(
  services: Services,
  db: Database,
  { run, ...sender }: Sent,
  command: Command,
  raw: RawArguments,
): Promise<readonly (readonly [option: string, message: string])[]> {
  const { checkNow } = command
  const checked = command.check(raw)
  if (checkNow === null || !checked.ok) return []
  const { args } = checked
  const { actor, channel } = sender
  try {
    return await within(CHECK_BUDGET_MS, async (signal) => {
      const asker = await readAsker(services, db, sender, await db.batch(askerStatements(services, db, actor)))
      if (!asker) return []
      const { policy, subject } = asker
      if (!decide(policy, requestOf(subject, placeOf(actor, channel), command, args)).allowed) return []
      const journal = createJournal(services, db, { claim: null, actor, kept: NOTHING_KEPT })
      const place = { stage: 1, call: 1, command, args }
      const tools = toolsOf(services, journal, { ...place, run, signal, progress: async () => {} })
      const facts = { run, actor, channel, redirects: [], policy, subject, db }
      const problems = await checkNow(args, contextOf(services, facts, place, signal, tools))
      return problems.map(({ option, message }) => [option, scrub(command, args, message)] as const)
    })
  } catch (error) {
    services.log('a form was not checked', { command: command.key, error: messageOf(error) })
    return []
  }
}
