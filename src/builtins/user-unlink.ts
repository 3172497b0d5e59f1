/** `user unlink`: takes a chat account away from a user, who keeps another one. Network: D1. */
import * as z from 'zod'
import { actorKey } from '../chat/invocation.ts'
import { md } from '../chat/markdown.ts'
import type { Context } from '../command/command.ts'
import { defineCommand } from '../command/define.ts'
import { CommandFailure } from '../command/failure.ts'
import { selectUserByIdentity } from '../db/policy.ts'
import { ADMIN } from '../policy/house-permissions.ts'
import { IDENTITY } from '../policy/names.ts'
import { houseOf } from './house.ts'
import { changePolicy } from './policy/change.ts'
import { identityOf, mentionedId } from './policy/people.ts'

export default defineCommand({
  name: 'user unlink',
  summary: 'Take a chat account away from yourself, or as an administrator from a user',
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
    const { db, identity: who } = houseOf(ctx)
    const { user: self, administrator, permissions } = who()
    const mayAll = administrator || permissions.includes(ADMIN)
    const owner = await selectUserByIdentity(db, { platform, workspace, id }).first<{ name: string }>()
    // Who may not change it learns nothing about whose it is.
    if (!mayAll && (self === null || owner?.name !== self))
      throw new CommandFailure(`${identity} is no account of yours: taking it away needs ${ADMIN}`)
    if (!owner) throw new CommandFailure(`${identity} is no user's account: nothing to take away`)
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
    return { user: owner.name, account: identity }
  },
  view: ([{ user, account }]) => md`The account \`${account}\` is no longer the user **${user}**.`,
})

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
