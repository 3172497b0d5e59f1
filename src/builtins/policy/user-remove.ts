/** `user remove`: forgets a person, and says what went with that. Network: D1. */
import * as z from 'zod'
import { md } from '../../chat/markdown.ts'
import { defineCommand } from '../../command/define.ts'
import { permissionsOf } from '../../policy/document/evaluate.ts'
import { EVERYONE } from '../../policy/document/model.ts'
import { adminRule } from './access.ts'
import { changePolicy } from './change.ts'
import { findUser } from './people.ts'
import { changeView, consequencesOf, listText } from './shown.ts'

export default defineCommand({
  name: 'user remove',
  summary: 'Remove a user, with the chat accounts and the places in groups',
  description: `What ${EVERYONE} may stays open to the person's chat accounts. Rules that name the person stay and name nobody.`,
  options: { user: z.string().describe('Name of the user, or a mention') },
  input: 'none',
  effects: 'write',
  answer: 'private',
  rules: [adminRule('user remove')],
  examples: [['user remove grace', 'grace has no groups and no permissions any more']],
  async handler({ user: who }, ctx) {
    const user = await findUser(ctx, who)
    const made = await changePolicy(ctx, { people: [user], plan: () => [{ kind: 'user.remove', user }] })
    const groups = [...(made?.before.groups ?? [])].flatMap(([name, { members }]) => (members.has(user) ? [name] : []))
    return {
      user,
      identities: [...(made?.before.users.get(user) ?? [])],
      groups: groups.sort(),
      permissions: made ? [...permissionsOf(made.before, groups, ctx.now())].sort() : [],
      ...consequencesOf(made),
    }
  },
  view: ([record]) =>
    changeView(
      md`Removed the user **${record.user}**: accounts ${listText(record.identities)}; groups ${listText(record.groups)}; permissions ${listText(record.permissions)}.`,
      record,
    ),
})
