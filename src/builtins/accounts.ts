/** The chat accounts of a person, and words to all of them. Network: D1; the platforms, for the direct messages. */
import type { Actor } from '../chat/invocation.ts'
import type { Markdown } from '../chat/markdown.ts'
import { textReply } from '../chat/reply.ts'
import type { Context } from '../command/command.ts'
import { CommandFailure } from '../command/failure.ts'
import { type IdentityRow, selectIdentities } from '../db/link.ts'
import { selectUserByName } from '../db/policy.ts'
import { IDENTITY } from '../policy/names.ts'
import { houseOf } from './house.ts'
import { identityOf, mentionedId } from './policy/people.ts'

/** All chat accounts of a user of Pawl. */
export async function accountsOf(ctx: Context, userId: number): Promise<Actor[]> {
  const { results } = await selectIdentities(houseOf(ctx).db, userId).all<IdentityRow>()
  return results.map(({ platform, workspace, external_id }) => ({ platform, workspace, id: external_id }))
}

/**
 * The accounts that a name stands for: all of a user's, a mention's alone, or one as the log names it (`slack:T1:U1`), also when
 * nobody owns it.
 *
 * @throws CommandFailure for nobody
 */
export async function accountsNamed(ctx: Context, who: string): Promise<readonly Actor[]> {
  if (IDENTITY.test(who)) {
    const [platform = '', workspace = '', id = ''] = who.split(':')
    return [{ platform, workspace, id }]
  }
  const mentioned = mentionedId(who)
  if (mentioned !== null) return [identityOf(ctx.actor, mentioned)]
  const user = await selectUserByName(houseOf(ctx).db, who.replace(/^@/, '')).first<{ id: number }>()
  const accounts = user ? await accountsOf(ctx, user.id) : []
  if (accounts.length > 0) return accounts
  throw new CommandFailure(`${who} is no user with accounts: mention the person, or name the account as slack:T…:U…`)
}

/** Writes to each account directly; gives those that it reached. */
export async function tellAccounts(ctx: Context, accounts: readonly Actor[], text: Markdown): Promise<Actor[]> {
  const { notify } = houseOf(ctx)
  const told = await Promise.all(accounts.map((account) => notify(account, textReply(text))))
  return accounts.filter((_, i) => told[i]?.ok)
}
