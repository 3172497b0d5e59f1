/**
 * `group add|remove`, `role grant|revoke`, `permission grant|revoke`: each adds or removes one name on a group or a role, and
 * shows what there is then.
 */
import * as z from 'zod'
import { md } from '../chat/markdown.ts'
import type { Command, Context } from '../command/command.ts'
import { defineCommand } from '../command/define.ts'
import { insertPermission, type Link } from '../db/policy.ts'
import { ADMIN_PERMISSION, changeLink, findNamed, findUser, knownPermission, type LinkChange } from './admin.ts'
import { houseOf } from './house.ts'

const groupName = z.string().describe('Name of the group')
const roleName = z.string().describe('Name of the role')
const userName = z.string().describe('Name of the user, or a mention')
const permissionName = z.string().describe('The permission, as in deploy:run')

type Words = { readonly [option: string]: string }

interface LinkCommand {
  readonly name: string
  readonly summary: string
  readonly example: readonly [line: string, what: string]
  readonly options: { readonly [option: string]: z.ZodString }
  readonly link: Link
  readonly action: LinkChange['action']
  /** Finds what the words name; refuses what is not there. */
  readonly find: (
    words: Words,
    ctx: Context,
  ) => Promise<Pick<LinkChange, 'owner' | 'kind' | 'item' | 'itemName' | 'first'>>
}

const member = async ({ group = '', user = '' }: Words, ctx: Context) => {
  const owner = await findNamed(ctx, 'groups', group)
  const { id, name } = await findUser(ctx, user)
  return { owner, kind: 'group' as const, item: id, itemName: name }
}

const roleOfGroup = async ({ role = '', group = '' }: Words, ctx: Context) => {
  const owner = await findNamed(ctx, 'groups', group)
  const { id, name } = await findNamed(ctx, 'roles', role)
  return { owner, kind: 'group' as const, item: id, itemName: name }
}

const permissionOfRole = async ({ permission = '', role = '' }: Words, ctx: Context) => {
  const owner = await findNamed(ctx, 'roles', role)
  return { owner, kind: 'role' as const, item: permission, itemName: permission }
}

const LINK_COMMANDS: readonly LinkCommand[] = [
  {
    name: 'group add',
    summary: 'Put a user into a group',
    example: ['group add deployers grace', 'grace may do what deployers may'],
    options: { group: groupName, user: userName },
    link: 'members',
    action: 'add',
    find: member,
  },
  {
    name: 'group remove',
    summary: 'Take a user out of a group',
    example: ['group remove deployers grace', 'grace may no longer do what deployers may'],
    options: { group: groupName, user: userName },
    link: 'members',
    action: 'remove',
    find: member,
  },
  {
    name: 'role grant',
    summary: 'Give a role to a group',
    example: ['role grant deployer deployers', 'the group deployers has the role deployer'],
    options: { role: roleName, group: groupName },
    link: 'roles',
    action: 'add',
    find: roleOfGroup,
  },
  {
    name: 'role revoke',
    summary: 'Take a role from a group',
    example: ['role revoke deployer deployers', 'the group deployers has the role deployer no more'],
    options: { role: roleName, group: groupName },
    link: 'roles',
    action: 'remove',
    find: roleOfGroup,
  },
  {
    name: 'permission grant',
    summary: 'Give a permission to a role',
    example: ['permission grant deploy:run deployer', 'the role deployer may deploy'],
    options: { permission: permissionName, role: roleName },
    link: 'permissions',
    action: 'add',
    async find(words, ctx) {
      const found = await permissionOfRole(words, ctx)
      return { ...found, first: [insertPermission(houseOf(ctx).db, knownPermission(ctx, found.item))] }
    },
  },
  {
    name: 'permission revoke',
    summary: 'Take a permission from a role',
    example: ['permission revoke deploy:run deployer', 'the role deployer may deploy no more'],
    options: { permission: permissionName, role: roleName },
    link: 'permissions',
    action: 'remove',
    find: permissionOfRole,
  },
]

export const linkCommands: readonly Command[] = LINK_COMMANDS.map(
  ({ name, summary, example, options, link, action, find }) =>
    defineCommand({
      name,
      summary,
      options,
      effects: 'write',
      answer: 'private',
      rules: [`when command is ${name.replace(' ', ':')} must have ${ADMIN_PERMISSION}`],
      examples: [example],
      async handler(words, ctx) {
        const found = await find(words as Words, ctx)
        const change = await changeLink(ctx, { link, action, ...found })
        return { [found.kind]: found.owner.name, [link]: [...(change?.after ?? [])], changed: change !== null }
      },
      view: ([record]) => {
        const owner = String(record.group ?? record.role)
        if (record.changed !== true) return md`Nothing changed: it was so already.`
        const names = (record[link] as readonly string[]).join(', ') || 'none'
        return md`The ${link} of **${owner}** are now: ${names}.`
      },
    }),
)
