/** The chat accounts of a user, and words to all of them. Network: D1; the platforms, for the direct messages. */
import type { Actor } from '../chat/invocation.ts'
import type { Markdown } from '../chat/markdown.ts'
import { textReply } from '../chat/reply.ts'
import type { Context } from '../command/command.ts'
import { type IdentityRow, selectIdentities } from '../db/link.ts'
import { houseOf } from './house.ts'

export async function accountsOf(ctx: Context, userId: number): Promise<Actor[]> {
  const { results } = await selectIdentities(houseOf(ctx).db, userId).all<IdentityRow>()
  return results.map(({ platform, workspace, external_id }) => ({ platform, workspace, id: external_id }))
}

/** Writes to each account directly; gives those that it reached. */
export async function tellAccounts(ctx: Context, accounts: readonly Actor[], text: Markdown): Promise<Actor[]> {
  const { notify } = houseOf(ctx)
  const told = await Promise.all(accounts.map((account) => notify(account, textReply(text))))
  return accounts.filter((_, i) => told[i]?.ok)
}
