/**
 * `group add|remove`, `role grant|revoke`, `permission grant|revoke`: each adds or removes one name on a group or a role, for good or
 * until a time, and shows what there is then. Network: D1.
 */
import * as z from 'zod'
import { md } from '../../chat/markdown.ts'
import type { Command, Context } from '../../command/command.ts'
import { defineCommand } from '../../command/define.ts'
import { MEMBERS_SHOWN, type MemberRow, selectMembers } from '../../db/policy-lists.ts'
import type { Grants, PolicyChange, PolicyDocument } from '../../policy/document/model.ts'
import { houseOf } from '../house.ts'
import { adminRule, knownPermission } from './access.ts'
import { changePolicy } from './change.ts'
import { groupIn, roleIn } from './find.ts'
import { findUser } from './people.ts'
import { changeView, consequencesOf, listText } from './shown.ts'
import { endOf, endOptions, grantText, grantTexts } from './until.ts'

const groupName = z.string().describe('Name of the group')
const roleName = z.string().describe('Name of the role')
const userName = z.string().describe('Name of the user, or a mention')
const permissionName = z.string().describe('The permission, as in deploy:run')

type Words = { readonly [option: string]: string | undefined }
type Example = readonly [line: string, what: string]

/** One of the three links: an owner has items. */
interface Link {
  readonly link: 'members' | 'roles' | 'permissions'
  readonly kind: 'group' | 'role'
  /** In the order in which they are typed. */
  readonly options: { readonly [option: string]: z.ZodString }
  /** The option that names the owner, and the one that names the item. */
  readonly owner: string
  readonly item: string
  /** The item by its name in the policy. */
  find(ctx: Context, typed: string): Promise<string> | string
  linksOf(document: PolicyDocument, owner: string): Grants
  add(owner: string, item: string, until: number | null): PolicyChange
  remove(owner: string, item: string): PolicyChange
  /** Refuses an item that is not there. */
  expect?(ctx: Context, document: PolicyDocument, item: string, action: 'add' | 'remove'): void
}

const MEMBERS: Link = {
  link: 'members',
  kind: 'group',
  options: { group: groupName, user: userName },
  owner: 'group',
  item: 'user',
  find: findUser,
  linksOf: (document, group) => groupIn(document, group).members,
  add: (group, user, until) => ({ kind: 'member.add', group, user, until }),
  remove: (group, user) => ({ kind: 'member.remove', group, user }),
}

const ROLES: Link = {
  link: 'roles',
  kind: 'group',
  options: { role: roleName, group: groupName },
  owner: 'group',
  item: 'role',
  find: (_, role) => role,
  linksOf: (document, group) => groupIn(document, group).roles,
  add: (group, role, until) => ({ kind: 'role.grant', group, role, until }),
  remove: (group, role) => ({ kind: 'role.revoke', group, role }),
  expect: (_, document, role) => roleIn(document, role),
}

const PERMISSIONS: Link = {
  link: 'permissions',
  kind: 'role',
  options: { permission: permissionName, role: roleName },
  owner: 'role',
  item: 'permission',
  find: (_, permission) => permission,
  linksOf: roleIn,
  add: (role, permission, until) => ({ kind: 'permission.grant', role, permission, until }),
  remove: (role, permission) => ({ kind: 'permission.revoke', role, permission }),
  // What no rule asks for any more can still be taken away.
  expect: (ctx, _, permission, action) => action === 'add' && knownPermission(ctx, permission),
}

export const linkCommands: readonly Command[] = [
  adding('group add', 'Put a user into a group, for good or for a time', MEMBERS, [
    ['group add deployers grace', 'grace may do what deployers may'],
    ['group add deployers grace --for 2h', 'for two hours'],
  ]),
  removing('group remove', 'Take a user out of a group', MEMBERS, [
    ['group remove deployers grace', 'grace may no longer do what deployers may'],
  ]),
  adding('role grant', 'Give a role to a group, for good or for a time', ROLES, [
    ['role grant deployer deployers', 'the group deployers has the role deployer'],
    ['role grant reader everyone', 'so has everybody of a served workspace, without registration'],
  ]),
  removing('role revoke', 'Take a role from a group', ROLES, [
    ['role revoke deployer deployers', 'the group deployers has the role deployer no more'],
  ]),
  adding('permission grant', 'Give a permission to a role, for good or for a time', PERMISSIONS, [
    ['permission grant deploy:run deployer', 'the role deployer may deploy'],
    ['permission grant deploy:prod deployer --until 2026-12-01', 'until that day begins, in UTC'],
  ]),
  removing('permission revoke', 'Take a permission from a role', PERMISSIONS, [
    ['permission revoke deploy:run deployer', 'the role deployer may deploy no more'],
  ]),
]

function adding(name: string, summary: string, link: Link, examples: readonly Example[]): Command {
  return defineCommand({
    name,
    summary,
    options: { ...link.options, ...endOptions },
    input: 'none',
    effects: 'write',
    answer: 'private',
    rules: [adminRule(name)],
    examples,
    async handler(words: Words, ctx) {
      const until = endOf(words, ctx.now())
      return await change(ctx, link, words, 'add', (grants, owner, item) =>
        grants.get(item) === until ? [] : [link.add(owner, item, until)],
      )
    },
    view: ([record]) => linkView(link, record),
  })
}

function removing(name: string, summary: string, link: Link, examples: readonly Example[]): Command {
  return defineCommand({
    name,
    summary,
    options: link.options,
    input: 'none',
    effects: 'write',
    answer: 'private',
    rules: [adminRule(name)],
    examples,
    async handler(words: Words, ctx) {
      return await change(ctx, link, words, 'remove', (grants, owner, item) =>
        grants.has(item) ? [link.remove(owner, item)] : [],
      )
    },
    view: ([record]) => linkView(link, record),
  })
}

type Linked = ReturnType<typeof consequencesOf> & { readonly [field: string]: string | number | boolean | string[] }

async function change(
  ctx: Context,
  link: Link,
  words: Words,
  action: 'add' | 'remove',
  steps: (grants: Grants, owner: string, item: string) => readonly PolicyChange[],
): Promise<Linked> {
  const owner = words[link.owner] ?? ''
  const item = await link.find(ctx, words[link.item] ?? '')
  let grants: Grants = new Map()
  const made = await changePolicy(ctx, {
    people: link === MEMBERS ? [item] : [],
    plan(document) {
      grants = link.linksOf(document, owner)
      link.expect?.(ctx, document, item, action)
      return steps(grants, owner, item)
    },
  })
  const now =
    link === MEMBERS ? await membersOf(ctx, owner) : grantTexts(made ? link.linksOf(made.after, owner) : grants)
  return { [link.kind]: owner, [link.item]: item, [link.link]: now, ...consequencesOf(made) }
}

/** Of a document only the members that matter are read: the first of all are asked for. */
async function membersOf(ctx: Context, group: string): Promise<string[]> {
  const { results } = await selectMembers(houseOf(ctx).db, group, ctx.now(), MEMBERS_SHOWN).all<MemberRow>()
  const names = results.map(({ name, expires_at }) => grantText(name, expires_at))
  const more = (results[0]?.total ?? 0) - names.length
  return more > 0 ? [...names, `and ${more} more`] : names
}

function linkView({ link, kind }: Link, record: Linked) {
  return changeView(md`The ${link} of **${record[kind]}** are now: ${listText(record[link] as string[])}.`, record)
}
