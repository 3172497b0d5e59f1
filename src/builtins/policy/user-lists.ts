/** `user list`, `user info`: who is known, under which accounts, and what each has. Network: D1. */
import * as z from 'zod'
import type { Command } from '../../command/command.ts'
import { defineCommand } from '../../command/define.ts'
import { loadDocument } from '../../db/document.ts'
import { selectUsers, type UserRow } from '../../db/policy-lists.ts'
import { permissionsOf, subjectIn } from '../../policy/document/evaluate.ts'
import { EVERYONE } from '../../policy/document/model.ts'
import { houseOf } from '../house.ts'
import { adminRule } from './access.ts'
import { findUser } from './people.ts'
import { fieldsView, listText } from './shown.ts'
import { grantText } from './until.ts'

/** As many as a pipe takes. */
const USERS_MAX = 1_000

const userList = defineCommand({
  name: 'user list',
  summary: 'List the users, their chat accounts and groups',
  options: {
    search: z.string().optional().describe('Only names with this in them'),
    after: z.string().default('').describe('Only names behind this one: the next page'),
    limit: z.int().min(1).max(USERS_MAX).default(100).describe('How many'),
  },
  input: 'none',
  effects: 'read',
  answer: 'private',
  rules: [adminRule('user list')],
  examples: [
    ['user list', 'the first 100 by name'],
    ['user list --after grace', 'the next ones'],
  ],
  empty: 'There is no such user. user add makes one; user list alone shows the first 100.',
  async handler({ search = null, after, limit }, ctx) {
    const query = { search, after, limit, now: ctx.now() }
    const { results } = await selectUsers(houseOf(ctx).db, query).all<UserRow>()
    return results.map(({ name, identities, groups }) => ({
      user: name,
      accounts: JSON.parse(identities) as string[],
      groups: (JSON.parse(groups) as string[]).sort(),
    }))
  },
})

const userInfo = defineCommand({
  name: 'user info',
  summary: 'Show a user: chat accounts, groups, roles and permissions',
  options: { user: z.string().describe('Name of the user, or a mention') },
  input: 'none',
  effects: 'read',
  answer: 'private',
  rules: [adminRule('user info')],
  examples: [['user info grace', 'what grace has, and through what']],
  async handler({ user: who }, ctx) {
    const user = await findUser(ctx, who)
    const { document } = await loadDocument(houseOf(ctx).db, ctx.now(), [user])
    const own = [...document.groups].flatMap(([name, { members }]) => (members.has(user) ? [name] : [])).sort()
    const through = [...own, EVERYONE]
    const { permissions } = subjectIn(document, user, ctx.now(), { everyone: true })
    return {
      user,
      accounts: [...(document.users.get(user) ?? [])],
      groups: own.map((name) => grantText(name, document.groups.get(name)?.members.get(user) ?? null)),
      roles: [...new Set(through.flatMap((name) => [...(document.groups.get(name)?.roles.keys() ?? [])]))].sort(),
      permissions: [...permissions].sort(),
      // What everybody has goes with no user.
      everyone: [...permissionsOf(document, [EVERYONE], ctx.now())].sort(),
    }
  },
  view: ([{ user, accounts, groups, roles, permissions, everyone }]) =>
    fieldsView([
      ['User', user],
      ['Accounts', listText(accounts)],
      ['Groups', listText(groups)],
      ['Roles', listText(roles)],
      ['Permissions', listText(permissions)],
      ...(everyone.length === 0 ? [] : [[`Of these through ${EVERYONE}`, listText(everyone)] as const]),
    ]),
})

export const userLists: readonly Command[] = [userList, userInfo]
