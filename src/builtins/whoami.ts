/** `whoami`: how Pawl knows the asker. Reads the house, touches nothing else. */
import type { Markdown } from '../chat/markdown.ts'
import { code, plain } from '../chat/markdown.ts'
import { defineCommand } from '../command/define.ts'
import { houseOf } from './house.ts'

export default defineCommand({
  name: 'whoami',
  summary: 'Show who you are to Pawl and what you hold',
  input: 'none',
  effects: 'read',
  answer: 'private',
  rules: ['when command is whoami allow'],
  handler(_args, ctx) {
    const { platform, workspace, id } = ctx.actor
    const { user, administrator, groups, permissions } = houseOf(ctx).identity()
    const actor = `${platform}:${workspace}:${id}`
    return { actor, platform, workspace, id, user, administrator, groups: [...groups], permissions: [...permissions] }
  },
  view([{ actor, user, administrator, groups, permissions }]) {
    const list = (names: readonly string[]): Markdown => plain(names.length === 0 ? 'none' : names.join(', '))
    return [
      {
        kind: 'fields',
        fields: [
          { name: 'Actor', value: code(actor) },
          {
            name: 'User',
            value: plain(
              user ??
                'not known yet: an administrator can add you with user add; if you are known from another account, type user link',
            ),
          },
          { name: 'Groups', value: list(groups) },
          { name: 'Permissions', value: administrator ? plain('all, as an administrator') : list(permissions) },
        ],
      },
    ]
  },
})
