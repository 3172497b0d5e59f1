/** Whether enough others hold what a line needs: who asks is told at once, instead of when its time is over. Network: D1, one trip at most. */
import type { Actor } from '../chat/invocation.ts'
import type { Care } from '../command/care.ts'
import { adminsIn } from '../config.ts'
import type { Database } from '../db/database.ts'
import { selectHolders } from '../db/subject.ts'
import type { Subject } from '../policy/request.ts'
import { messageOf, type Services } from '../runs/services.ts'

interface Asking {
  readonly actor: Actor
  readonly subject: Pick<Subject, 'user'>
  /** Keys of accounts that do not count. */
  readonly barred: readonly string[]
}

/**
 * What is said where too few others hold a permission; null where enough do, or that cannot be found out. Administrators of the
 * deployment hold all: where they are enough, nothing is read. Never throws.
 */
export async function shortOf(
  services: Pick<Services, 'now' | 'config' | 'log'>,
  db: Database,
  { actor, subject, barred }: Asking,
  { approvals }: Care,
): Promise<string | null> {
  const prefix = `${actor.platform}:${actor.workspace}:`
  const admins = adminsIn(services.config.admins, actor).filter((id) => !barred.includes(prefix + id)).length
  const open = approvals.filter(({ count }) => count > admins)
  if (open.length === 0) return null
  try {
    const answers = await db.batch<{ name: string }>(
      // One more than needed: whoever asks may be among them.
      open.map(({ permission, count }) => selectHolders(db, permission, services.now(), count + 1)),
    )
    const short = open.flatMap(({ permission, count }, i) => {
      const others = (answers[i]?.results ?? []).filter(({ name }) => name !== subject.user?.name).length + admins
      if (others >= count) return []
      return [
        others === 0
          ? `Nobody else holds ${permission}`
          : `Of the ${count} others that it needs, only ${others} can be found with ${permission}`,
      ]
    })
    if (short.length === 0) return null
    return `${short.join('. ')}: an administrator grants it with role grant, and then you type this again, as that voids what waits.`
  } catch (error) {
    services.log('not known who could approve', { error: messageOf(error) })
    return null
  }
}
