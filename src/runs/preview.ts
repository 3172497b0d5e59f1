/** What a line would do, shown before somebody says yes to it. Network: what its commands read; timers. */
import type { Block } from '../chat/reply.ts'
import { dryPlan, isMute } from '../engine/assemble.ts'
import type { RunnablePlan } from '../engine/plan.ts'
import type { RunFacts } from './context.ts'
import { executePlan } from './execution.ts'
import { createJournal, NOTHING_KEPT } from './journal.ts'
import { messageOf, type Services } from './services.ts'

/** The question must be there within the platforms' 3 s; without a preview it is as good. */
const PREVIEW_MS = 1_000

/**
 * The answer that the line would give as a dry run, within {@link PREVIEW_MS}; null where one of its commands cannot say what it
 * would do, where that failed, and where it took too long. Never throws, keeps nothing.
 */
export async function dryRunOf(
  services: Services,
  facts: RunFacts,
  plan: RunnablePlan,
): Promise<readonly Block[] | null> {
  if (plan.commands.some(isMute)) return null
  // Where the answer goes is shown beside it.
  const dry = dryPlan({ ...plan, targets: [] })
  if (!dry.ok) return null
  const stop = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), PREVIEW_MS)
  })
  const journal = createJournal(services, facts.db, { claim: null, actor: facts.actor, kept: NOTHING_KEPT })
  const means = { abort: stop.signal, journal, timeout: { ms: PREVIEW_MS, shown: '1 s' }, progress: async () => {} }
  try {
    const execution = await Promise.race([executePlan(services, { ...facts, redirects: [] }, dry, means), late])
    const end = execution?.state === 'ended' ? execution.end : null
    return end?.to === 'succeeded' && end.code === null ? end.reply.blocks : null
  } catch (error) {
    services.log('no preview', { run: facts.run, error: messageOf(error) })
    return null
  } finally {
    clearTimeout(timer)
    stop.abort()
  }
}
