/** `user add`: makes a person known to Pawl, with the chat account that was mentioned. Network: D1. */
import * as z from 'zod'
import { actorKey } from '../../chat/invocation.ts'
import { md } from '../../chat/markdown.ts'
import { defineCommand } from '../../command/define.ts'
import { CommandFailure } from '../../command/failure.ts'
import { option } from '../../command/options.ts'
import { selectUserByIdentity, selectUserByName, type UserNameRow } from '../../db/policy.ts'
import { NAME, NAME_ADVICE } from '../../policy/names.ts'
import { houseOf } from '../house.ts'
import { adminRule } from './access.ts'
import { changePolicy } from './change.ts'
import { identityOf } from './people.ts'
import { changeView, consequencesOf } from './shown.ts'

export default defineCommand({
  name: 'user add',
  summary: 'Add a person, with the chat account you mention',
  options: {
    name: z.string().regex(NAME, NAME_ADVICE).describe('What the person is called in Pawl'),
    who: option.user().describe('The chat account, as a mention'),
  },
  input: 'none',
  effects: 'write',
  answer: 'private',
  rules: [adminRule('user add')],
  examples: [['user add grace @grace', 'make @grace the user grace']],
  async handler({ name, who }, ctx) {
    const { db } = houseOf(ctx)
    const identity = identityOf(ctx.actor, who)
    const made = await changePolicy(ctx, {
      people: [name],
      async plan() {
        const [owner, namesake] = await db.batch<UserNameRow>([
          selectUserByIdentity(db, identity),
          selectUserByName(db, name),
        ])
        const [known] = owner?.results ?? []
        if (known) throw new CommandFailure(`this account is the user ${known.name} already`)
        if (namesake?.results[0]) throw new CommandFailure(`there is a user ${name} already: choose another name`)
        return [
          { kind: 'user.add', user: name },
          { kind: 'identity.add', user: name, identity: actorKey(identity) },
        ]
      },
    })
    return { user: name, identity: who, ...consequencesOf(made) }
  },
  view: ([record]) =>
    changeView(md`Added the user **${record.user}**. Next: \`group add <group> ${record.user}\`.`, record),
})
