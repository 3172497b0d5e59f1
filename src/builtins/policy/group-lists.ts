/** `group list`, `group info`, `role list`, `role info`: what there is, and what hangs on it. Network: D1. */
import * as z from 'zod'
import type { Command } from '../../command/command.ts'
import { defineCommand } from '../../command/define.ts'
import { loadDocument } from '../../db/document.ts'
import {
  type GroupSizeRow,
  type HolderRow,
  MEMBERS_SHOWN,
  type MemberRow,
  selectGroupSizes,
  selectMembers,
  selectPeopleOf,
} from '../../db/policy-lists.ts'
import { permissionsOf } from '../../policy/document/evaluate.ts'
import { EVERYONE } from '../../policy/document/model.ts'
import { houseOf } from '../house.ts'
import { adminRule } from './access.ts'
import { groupIn, groupsWith, roleIn } from './find.ts'
import { EVERYONE_TEXT, fieldsView, listText, membersText } from './shown.ts'
import { grantText, grantTexts } from './until.ts'

const groupList = defineCommand({
  name: 'group list',
  summary: 'List the groups, how many are in each, and their roles',
  input: 'none',
  effects: 'read',
  answer: 'private',
  rules: [adminRule('group list')],
  examples: [['group list', 'every group']],
  empty: 'There are no groups. group create makes one.',
  async handler(_, ctx) {
    const { db } = houseOf(ctx)
    const { document } = await loadDocument(db, ctx.now(), [])
    const { results } = await selectGroupSizes(db, ctx.now()).all<GroupSizeRow>()
    return results.map(({ name, members }) => ({
      group: name,
      members: name === EVERYONE ? EVERYONE_TEXT : members,
      roles: grantTexts(document.groups.get(name)?.roles ?? new Map()),
    }))
  },
})

const groupInfo = defineCommand({
  name: 'group info',
  summary: 'Show a group: who is in it, its roles, and what they permit',
  options: { group: z.string().describe('Name of the group') },
  input: 'none',
  effects: 'read',
  answer: 'private',
  rules: [adminRule('group info')],
  examples: [
    ['group info deployers', 'members, roles and permissions'],
    ['group info everyone', 'what everybody has'],
  ],
  async handler({ group }, ctx) {
    const { db } = houseOf(ctx)
    const now = ctx.now()
    const { document } = await loadDocument(db, now, [])
    const { roles } = groupIn(document, group)
    const { results } = await selectMembers(db, group, now, MEMBERS_SHOWN).all<MemberRow>()
    return {
      group,
      members: results.map(({ name, expires_at }) => grantText(name, expires_at)),
      total: results[0]?.total ?? 0,
      roles: grantTexts(roles),
      permissions: [...permissionsOf(document, [group], now)].sort(),
    }
  },
  view: ([{ group, members, total, roles, permissions }]) =>
    fieldsView([
      ['Group', group],
      ['Members', membersText(group, members, total)],
      ['Roles', listText(roles)],
      ['Permissions', listText(permissions)],
    ]),
})

const roleList = defineCommand({
  name: 'role list',
  summary: 'List the roles, their permissions, and the groups that have them',
  input: 'none',
  effects: 'read',
  answer: 'private',
  rules: [adminRule('role list')],
  examples: [['role list', 'every role']],
  empty: 'There are no roles. role create makes one.',
  async handler(_, ctx) {
    const { document } = await loadDocument(houseOf(ctx).db, ctx.now(), [])
    return [...document.roles.keys()].sort().map((role) => ({
      role,
      permissions: grantTexts(roleIn(document, role)),
      groups: groupsWith(document, role),
    }))
  },
})

const roleInfo = defineCommand({
  name: 'role info',
  summary: 'Show a role: its permissions, and who has it',
  options: { role: z.string().describe('Name of the role') },
  input: 'none',
  effects: 'read',
  answer: 'private',
  rules: [adminRule('role info')],
  examples: [['role info deployer', 'permissions, groups and people']],
  async handler({ role }, ctx) {
    const { db } = houseOf(ctx)
    const now = ctx.now()
    const { document } = await loadDocument(db, now, [])
    const permissions = grantTexts(roleIn(document, role))
    const groups = groupsWith(document, role)
    const { results } = await selectPeopleOf(db, groups, now, MEMBERS_SHOWN).all<HolderRow>()
    return {
      role,
      permissions,
      groups: groups.map((group) => grantText(group, document.groups.get(group)?.roles.get(role) ?? null)),
      users: results.map(({ name }) => name),
      total: results[0]?.total ?? 0,
    }
  },
  view: ([{ role, permissions, groups, users, total }]) =>
    fieldsView([
      ['Role', role],
      ['Permissions', listText(permissions)],
      ['Groups', listText(groups)],
      ['Users thereby', listText(users, total)],
    ]),
})

export const groupLists: readonly Command[] = [groupList, groupInfo, roleList, roleInfo]
