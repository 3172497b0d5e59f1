/** `group create|delete`, `role create|delete`: each makes an empty one, or takes one away with all that was given through it. */
import * as z from 'zod'
import { md } from '../../chat/markdown.ts'
import type { Command } from '../../command/command.ts'
import { defineCommand } from '../../command/define.ts'
import { CommandFailure } from '../../command/failure.ts'
import { type MemberRow, selectMembers } from '../../db/policy-lists.ts'
import { EVERYONE, type PolicyDocument } from '../../policy/document/model.ts'
import { NAME, NAME_ADVICE } from '../../policy/names.ts'
import { houseOf } from '../house.ts'
import { adminRule } from './access.ts'
import { changePolicy } from './change.ts'
import { groupIn, groupsWith, roleIn } from './find.ts'
import { changeView, consequencesOf, EVERYONE_TEXT, listText } from './shown.ts'

const KINDS = {
  group: {
    plural: 'groups',
    change: (action: 'add' | 'remove', group: string) => ({ kind: `group.${action}`, group }) as const,
    /** What goes with it. */
    lost: (document: PolicyDocument, name: string) => [...groupIn(document, name).roles.keys()].sort(),
    lostWords: 'It had the roles',
  },
  role: {
    plural: 'roles',
    change: (action: 'add' | 'remove', role: string) => ({ kind: `role.${action}`, role }) as const,
    lost: (document: PolicyDocument, name: string) => {
      roleIn(document, name)
      return groupsWith(document, name)
    },
    lostWords: 'Groups that had it',
  },
} as const

type Kind = keyof typeof KINDS

export const namedCommands: readonly Command[] = (['group', 'role'] as const).flatMap((kind) => [
  creating(kind),
  deleting(kind),
])

function creating(kind: Kind): Command {
  const { change, plural } = KINDS[kind]
  return defineCommand({
    name: `${kind} create`,
    summary: `Create an empty ${kind}`,
    options: { name: z.string().regex(NAME, NAME_ADVICE).describe(`Name of the new ${kind}`) },
    input: 'none',
    effects: 'write',
    answer: 'private',
    rules: [adminRule(`${kind} create`)],
    examples: [[`${kind} create ${kind === 'group' ? 'deployers' : 'deployer'}`, `an empty ${kind}`]],
    async handler({ name }, ctx) {
      const made = await changePolicy(ctx, {
        plan(document) {
          if (!document[plural].has(name)) return [change('add', name)]
          const note = name === EVERYONE && kind === 'group' ? `: it is ${EVERYONE_TEXT}` : ''
          throw new CommandFailure(`there is a ${kind} "${name}" already${note}`)
        },
      })
      return { kind, name, ...consequencesOf(made) }
    },
    view: ([made]) => changeView(md`Created the ${made.kind} **${made.name}**.`, made),
  })
}

function deleting(kind: Kind): Command {
  const { change, lost, lostWords } = KINDS[kind]
  return defineCommand({
    name: `${kind} delete`,
    summary: `Delete a ${kind}, and all that was given through it`,
    options: { name: z.string().describe(`Name of the ${kind}`) },
    input: 'none',
    effects: 'write',
    answer: 'private',
    rules: [adminRule(`${kind} delete`)],
    examples: [[`${kind} delete ${kind === 'group' ? 'deployers' : 'deployer'}`, 'what it gave is gone from now on']],
    async handler({ name }, ctx) {
      const { db } = houseOf(ctx)
      const [member] = kind === 'group' ? (await selectMembers(db, name, ctx.now(), 1).all<MemberRow>()).results : []
      let gone: readonly string[] = []
      const made = await changePolicy(ctx, {
        plan(document) {
          gone = lost(document, name)
          return [change('remove', name)]
        },
      })
      return { kind, name, lost: [...gone], members: member?.total ?? 0, ...consequencesOf(made) }
    },
    view: ([made]) => {
      const people = made.kind === 'group' ? md`; members: ${made.members}` : md``
      return changeView(
        md`Deleted the ${made.kind} **${made.name}**. ${lostWords}: ${listText(made.lost)}${people}.`,
        made,
      )
    },
  })
}
