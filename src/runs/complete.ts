/** Completion while a line is typed: as much as the person may run, within the platform's 3 s. Network: D1, one trip. */
import type { Actor } from '../chat/invocation.ts'
import { completeLine } from '../command/complete-line.ts'
import { isAdministrator, servesWorkspace } from '../config.ts'
import { type RuleRow, type SubjectRow, selectSubject } from '../db/subject.ts'
import { subjectOf } from '../policy/cache.ts'
import { decide } from '../policy/decide.ts'
import { ADMISSION_BUDGET_MS } from './limits.ts'
import { messageOf, type Services } from './services.ts'

/** Lines that complete the typed one; none when D1 does not answer in time. Never throws, runs nothing, records nothing. */
export async function complete(services: Services, actor: Actor, typed: string): Promise<readonly string[]> {
  if (!servesWorkspace(services.config, actor.platform, actor.workspace)) return []
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<readonly string[]>((resolve) => {
    timer = setTimeout(() => resolve([]), ADMISSION_BUDGET_MS)
  })
  try {
    return await Promise.race([find(services, actor, typed), late])
  } catch (error) {
    services.log('no completion', { error: messageOf(error) })
    return []
  } finally {
    clearTimeout(timer)
  }
}

async function find(services: Services, actor: Actor, typed: string): Promise<readonly string[]> {
  const db = services.openDb()
  const [rows, rules] = await db.batch([selectSubject(db, actor), ...services.policy.statements(db)])
  const row = rows?.results[0] as SubjectRow | undefined
  if (!row) return []
  const policy = await services.policy.at(db, row.version, rules as D1Result<RuleRow> | undefined)
  const subject = subjectOf(row, isAdministrator(services.config, actor))
  const allowed = services.registry.all().filter(({ key }) => decide(policy, subject, key).allowed)
  return completeLine(services.registry, allowed, typed)
}
