/** The chat accounts of a person. Network: D1. */
import { type Actor, actorKey } from '../chat/invocation.ts'
import { selectAccountKeys } from '../db/approvals.ts'
import type { Database } from '../db/database.ts'
import type { Subject } from '../policy/request.ts'

/** The keys of all accounts that whoever uses this one has now, this one first. Throws what D1 throws. */
export async function accountKeysOf(db: Database, { user }: Pick<Subject, 'user'>, actor: Actor): Promise<string[]> {
  const own = actorKey(actor)
  if (user === null) return [own]
  const { results } = await selectAccountKeys(db, user.id).all<{ key: string }>()
  return [...new Set([own, ...results.map(({ key }) => key)])]
}
