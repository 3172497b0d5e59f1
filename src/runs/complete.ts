/** Completion while a line is typed: as much as the person may run, within the platform's 3 s. Network: D1, one trip. */
import type { Invocation } from '../chat/invocation.ts'
import { completeLine } from '../command/complete-line.ts'
import { servesWorkspace } from '../config.ts'
import { isPossible } from '../policy/ask.ts'
import { ADMISSION_BUDGET_MS } from './limits.ts'
import { messageOf, type Services } from './services.ts'
import { askerStatements, readAsker } from './subject.ts'

/** Who types, as the envelope says. */
type Typist = Pick<Invocation, 'actor' | 'standing'>

/** Lines that complete the typed one; none when D1 does not answer in time. Never throws, runs nothing, records nothing. */
export async function complete(services: Services, who: Typist, typed: string): Promise<readonly string[]> {
  const { actor } = who
  if (!servesWorkspace(services.config, actor.platform, actor.workspace)) return []
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<readonly string[]>((resolve) => {
    timer = setTimeout(() => resolve([]), ADMISSION_BUDGET_MS)
  })
  try {
    return await Promise.race([find(services, who, typed), late])
  } catch (error) {
    services.log('no completion', { error: messageOf(error) })
    return []
  } finally {
    clearTimeout(timer)
  }
}

async function find(services: Services, who: Typist, typed: string): Promise<readonly string[]> {
  const db = services.openDb()
  const asker = await readAsker(services, db, who, await db.batch(askerStatements(services, db, who.actor)))
  if (!asker) return []
  const allowed = services.registry.all().filter((command) => isPossible(asker, command))
  return completeLine(services.registry, allowed, typed)
}
