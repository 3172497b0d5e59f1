/** `permission list`, `permission info`: what can be asked for, by what, and who holds it. Network: D1. */
import * as z from 'zod'
import type { Command } from '../../command/command.ts'
import { defineCommand } from '../../command/define.ts'
import { CommandFailure } from '../../command/failure.ts'
import { nearest } from '../../command/names.ts'
import { loadDocument } from '../../db/document.ts'
import { type HolderRow, MEMBERS_SHOWN, selectPeopleOf } from '../../db/policy-lists.ts'
import { EVERYONE } from '../../policy/document/model.ts'
import { askedBesideRules } from '../../policy/house-permissions.ts'
import { houseOf } from '../house.ts'
import { adminRule, knownPermissions } from './access.ts'
import { groupsWith, rolesWith } from './find.ts'
import { EVERYONE_TEXT, fieldsView, listText } from './shown.ts'
import { grantText } from './until.ts'

const permissionList = defineCommand({
  name: 'permission list',
  summary: 'List the permissions that are asked for, and the roles that hold them',
  input: 'none',
  effects: 'read',
  answer: 'private',
  rules: [adminRule('permission list')],
  examples: [
    ['permission list', 'every permission'],
    [`permission list | filter 'rules > 1'`, 'those that more than one rule asks for'],
  ],
  empty: 'No rule asks for a permission, and no role has one.',
  async handler(_, ctx) {
    const { db, policy } = houseOf(ctx)
    const { document } = await loadDocument(db, ctx.now(), [])
    const granted = [...document.roles.values()].flatMap((permissions) => [...permissions.keys()])
    return [...new Set([...knownPermissions(ctx), ...granted])].sort().map((permission) => ({
      permission,
      rules: policy.rules.filter(({ permissions }) => permissions.includes(permission)).length,
      roles: rolesWith(document, permission),
    }))
  },
})

const permissionInfo = defineCommand({
  name: 'permission info',
  summary: 'Show a permission: what asks for it, and who holds it',
  options: { permission: z.string().describe('The permission, as in deploy:run') },
  input: 'none',
  effects: 'read',
  answer: 'private',
  rules: [adminRule('permission info')],
  examples: [['permission info deploy:run', 'its rules, roles, groups and people']],
  async handler({ permission }, ctx) {
    const { db, policy, registry } = houseOf(ctx)
    const now = ctx.now()
    const { document } = await loadDocument(db, now, [])
    const roles = rolesWith(document, permission)
    const known = knownPermissions(ctx)
    if (!known.includes(permission) && roles.length === 0) {
      const near = nearest(permission, known)
      throw new CommandFailure(
        `nothing asks for the permission "${permission}" and no role holds it: ${near === null ? 'see permission list' : `did you mean ${near}?`}`,
      )
    }
    const groups = [...new Set(roles.flatMap((role) => groupsWith(document, role)))].sort()
    const { results } = await selectPeopleOf(db, groups, now, MEMBERS_SHOWN).all<HolderRow>()
    return {
      permission,
      serves: askedBesideRules(registry).get(permission) ?? null,
      rules: policy.rules.flatMap(({ permissions, text }) => (permissions.includes(permission) ? [text] : [])).sort(),
      roles: roles.map((role) => grantText(role, document.roles.get(role)?.get(permission) ?? null)),
      groups: groups.map((group) => (group === EVERYONE ? `${EVERYONE} (${EVERYONE_TEXT})` : group)),
      users: results.map(({ name }) => name),
      total: results[0]?.total ?? 0,
    }
  },
  view: ([{ permission, serves, rules, roles, groups, users, total }]) => [
    ...fieldsView([
      ['Permission', permission],
      ...(serves === null ? [] : [['For', serves] as const]),
      ['Roles', listText(roles)],
      ['Groups thereby', listText(groups)],
      ['Users thereby', listText(users, total)],
    ]),
    { kind: 'code', text: rules.length === 0 ? 'No rule asks for it.' : rules.join('\n') },
  ],
})

export const permissionLists: readonly Command[] = [permissionList, permissionInfo]
