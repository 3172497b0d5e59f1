/** `user unlink`: takes a chat account away from a user, who keeps another one. Network: D1; the platforms, for the direct messages. */
import * as z from 'zod'
import { actorKey } from '../chat/invocation.ts'
import { md } from '../chat/markdown.ts'
import type { Context } from '../command/command.ts'
import { defineCommand } from '../command/define.ts'
import { CommandFailure } from '../command/failure.ts'
import { type OwnedRow, selectOwner } from '../db/link.ts'
import { ADMIN } from '../policy/house-permissions.ts'
import { IDENTITY } from '../policy/names.ts'
import { accountsOf, tellAccounts } from './accounts.ts'
import { houseOf } from './house.ts'
import { administers } from './policy/access.ts'
import { changePolicy } from './policy/change.ts'
import { identityOf, mentionedId } from './policy/people.ts'

export default defineCommand({
  name: 'user unlink',
  summary: 'Take a chat account away from yourself, or as an administrator from a user',
  description:
    'An account may take away itself, and those of the same user that were linked after it: so whoever gets into one of your accounts, or links one of his own, cannot shut you out. All accounts of the user are told.',
  options: {
    account: z.string().describe('The account as whoami shows it (slack:T0123:U0456), or a mention'),
  },
  input: 'none',
  effects: 'write',
  answer: 'private',
  // Open to all because it first serves one's own; the handler asks for pawl:admin where it is somebody else's.
  rules: ['when command is user:unlink allow'],
  examples: [['user unlink discord:1180:2291', 'that account is no longer you']],
  async handler({ account }, ctx) {
    const identity = keyOf(ctx, account)
    const [platform = '', workspace = '', id = ''] = identity.split(':')
    const { db } = houseOf(ctx)
    const [[owner], [own]] = (
      await db.batch<OwnedRow>([selectOwner(db, { platform, workspace, id }), selectOwner(db, ctx.actor)])
    ).map(({ results }) => results) as [OwnedRow[], OwnedRow[]]
    if (!administers(ctx)) refuseOthers(identity, identity === actorKey(ctx.actor), owner, own)
    if (!owner) throw new CommandFailure(`${identity} is no user's account: nothing to take away`)
    const before = await accountsOf(ctx, owner.id)
    await changePolicy(ctx, {
      people: [owner.name],
      plan({ users }) {
        if (users.get(owner.name)?.length === 1)
          throw new CommandFailure(
            `it is the only account of ${owner.name}: an administrator can take the whole user away with "user remove ${owner.name}"`,
          )
        return [{ kind: 'identity.remove', user: owner.name, identity }]
      },
    })
    const text = md`The account \`${identity}\` is no longer you, **${owner.name}**, in Pawl: \`${actorKey(ctx.actor)}\` took it away. If that was not right, tell who runs Pawl.`
    await tellAccounts(ctx, before, text)
    return { user: owner.name, account: identity }
  },
  view: ([{ user, account }]) => md`The account \`${account}\` is no longer the user **${user}**.`,
})

/** Leaves, of one's own accounts, those that came later than the one that asks: a new one cannot shut out the old ones. */
function refuseOthers(
  identity: string,
  isAsker: boolean,
  owner: OwnedRow | undefined,
  own: OwnedRow | undefined,
): void {
  // Who may not change it learns nothing about whose it is.
  if (!own || owner?.id !== own.id)
    throw new CommandFailure(`${identity} is no account of yours: taking it away needs ${ADMIN}`)
  if (!isAsker && owner.linked_at <= own.linked_at)
    throw new CommandFailure(
      `${identity} was not linked after this account, so only it can take itself away: type this there, or ask somebody with ${ADMIN}`,
    )
}

/** As `whoami` writes accounts; a mention is of the asker's own workspace. */
function keyOf(ctx: Context, account: string): string {
  if (IDENTITY.test(account)) return account
  const id = mentionedId(account)
  if (id === null)
    throw new CommandFailure(
      `"${account}" is no chat account: type it as whoami shows it there, as in slack:T0123:U0456, or mention it`,
    )
  return actorKey(identityOf(ctx.actor, id))
}
