/** `user add`: makes a person known to Pawl, with the chat identity that was mentioned. */
import * as z from 'zod'
import { md } from '../chat/markdown.ts'
import { defineCommand } from '../command/define.ts'
import { CommandFailure } from '../command/failure.ts'
import { option } from '../command/options.ts'
import { insertUser, selectUserByIdentity, selectUserByName } from '../db/policy.ts'
import { ADMIN_PERMISSION, changePolicy, identityOf, NAME, NAME_ADVICE, type Named } from './admin.ts'
import { houseOf } from './house.ts'

export default defineCommand({
  name: 'user add',
  summary: 'Add a person, with the chat account you mention',
  options: {
    name: z.string().regex(NAME, NAME_ADVICE).describe('What the person is called in Pawl'),
    who: option.user().describe('The chat account, as a mention'),
  },
  effects: 'write',
  answer: 'private',
  rules: [`when command is user:add must have ${ADMIN_PERMISSION}`],
  examples: [['user add grace @grace', 'make @grace the user grace']],
  async handler({ name, who }, ctx) {
    const { db } = houseOf(ctx)
    const identity = identityOf(ctx.actor, who)
    await changePolicy(ctx, async () => {
      const [owner, namesake] = await Promise.all([
        selectUserByIdentity(db, identity).first<Named>(),
        selectUserByName(db, name).first<Named>(),
      ])
      if (owner) throw new CommandFailure(`this account is the user ${owner.name} already`)
      if (namesake) throw new CommandFailure(`there is a user ${name} already: choose another name`)
      const after = [`${identity.platform}:${identity.workspace}:${identity.id}`]
      return { target: `user:${name}`, before: null, after, statements: insertUser(db, name, identity, ctx.now()) }
    })
    return { user: name, identity: who }
  },
  view: ([{ user }]) => md`Added the user **${user}**. Next: \`group add <group> ${user}\`.`,
})
