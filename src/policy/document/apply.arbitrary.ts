/** Arbitrary documents for property tests, of every kind of fact; those that are valid, and called by their current names. Pure. */
import fc from 'fast-check'
import { anyRule } from '../rule.arbitrary.ts'
import { parseRule } from '../rule-parse.ts'
import { printRule } from '../rule-print.ts'
import type { DocumentRule, Grants, PolicyDocument } from './model.ts'
import { resolveNames, ruleKey } from './names.ts'

const name = fc.oneof(
  fc.constantFrom('ada', 'grace', '17', 'ops-team', 'x.y_z'),
  fc.stringMatching(/^[a-z0-9][a-z0-9._-]{0,6}$/),
)
const names = fc.uniqueArray(name, { maxLength: 5 })
const identity = fc
  .tuple(fc.constantFrom('slack', 'discord'), fc.constantFrom('T1', 'T2'), fc.nat(40))
  .map(([platform, workspace, id]) => `${platform}:${workspace}:U${id}`)
const until = fc.option(fc.oneof(fc.constant(Date.UTC(2026, 11, 1, 10)), fc.integer({ min: 4e12, max: 8e15 })), {
  freq: 2,
})
const permission = fc.constantFrom('deploy:run', 'deploy:prod', 'pawl:admin', 's3:read-all', 'site:all')
const roomName = fc.oneof(
  fc.constantFrom('#ops', '#größe', '#a thread', '#ops-old'),
  fc.stringMatching(/^#[a-z]{1,4}$/),
)

/** Grants of some of these. */
function grantsOf(items: readonly string[]): fc.Arbitrary<Grants> {
  return fc
    .tuple(fc.subarray([...items]), fc.array(until, { minLength: items.length, maxLength: items.length }))
    .map(([chosen, ends]) => new Map(chosen.map((item, i) => [item, ends[i] ?? null])))
}

/** A map of arbitrary values under these names. */
function mapOf<V>(keys: readonly string[], value: fc.Arbitrary<V>): fc.Arbitrary<Map<string, V>> {
  return fc
    .array(value, { minLength: keys.length, maxLength: keys.length })
    .map((values) => new Map(keys.map((key, i) => [key, values[i] as V])))
}

const things = fc.record({
  people: names,
  groupNames: names.map((all) => all.filter((one) => one !== 'everyone')),
  roleNames: names,
  identities: fc.uniqueArray(identity, { maxLength: 8 }),
  rooms: fc
    .tuple(fc.uniqueArray(roomName, { maxLength: 4 }), fc.uniqueArray(fc.nat(9), { minLength: 4, maxLength: 4 }))
    .map(([all, ids]) => new Map(all.map((room, i) => [room, `slack:C${ids[i]}`]))),
})

/** Valid documents. */
export const anyDocument: fc.Arbitrary<PolicyDocument> = things.chain(
  ({ people, groupNames, roleNames, identities, rooms }) => {
    const users = new Map<string, string[]>(people.map((user) => [user, []]))
    for (const [i, one] of identities.entries()) users.get(people[i % people.length] ?? '')?.push(one)
    for (const list of users.values()) list.sort()
    return fc
      .record({
        everyone: grantsOf(roleNames),
        groups: mapOf(groupNames, fc.record({ members: grantsOf(people), roles: grantsOf(roleNames) })),
        roles: mapOf(roleNames, fc.uniqueArray(permission, { maxLength: 3 }).chain(grantsOf)),
        ruleTexts: fc.array(anyRuleText([...rooms.keys()], people, groupNames), { maxLength: 6 }),
        disabled: fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }),
        expectations: fc.uniqueArray(anyExpectation(people, groupNames), { maxLength: 4 }),
      })
      .map(({ everyone, groups, roles, ruleTexts, disabled, expectations }) => {
        groups.set('everyone', { members: new Map(), roles: everyone })
        const document = { users, groups, roles, rooms, rules: [], expectations }
        const rules = new Map<string, DocumentRule>()
        for (const [i, text] of ruleTexts.entries()) {
          const parsed = parseRule(text)
          const resolved = parsed.ok ? resolveNames(parsed.rule, document) : parsed
          if (!parsed.ok || !resolved.ok) continue
          const rule = { id: null, text: parsed.rule.text, names: resolved.names, enabled: disabled[i] !== true }
          rules.set(ruleKey(rule), rule)
        }
        return { ...document, rules: [...rules.values()] }
      })
  },
)

function anyRuleText(
  rooms: readonly string[],
  people: readonly string[],
  groups: readonly string[],
): fc.Arbitrary<string> {
  const tests = [
    ...rooms.map((room) => `channel == ${JSON.stringify(room)}`),
    ...people.map((user) => `user in ['@${user}', '@${user}']`),
    ...['everyone', ...groups].map((group) => `not group == '${group}'`),
    'channel != "slack:C3"',
  ]
  return fc.oneof(
    fc
      .uniqueArray(fc.constantFrom(...tests), { minLength: 1, maxLength: 3 })
      .map((chosen) => `when command is deploy with ${chosen.join(' or ')} must have deploy:prod`),
    anyRule.map(printRule).filter((text) => !text.includes('\0')),
    fc.constant('when command is deploy with option[note] == "two\nlines" forbid because "no"'),
  )
}

function anyExpectation(people: readonly string[], groups: readonly string[]): fc.Arbitrary<string> {
  const who = ['everyone', ...people.map((user) => `@${user}`), ...groups.map((group) => `member of ${group}`)]
  return fc.constantFrom(...who).map((one) => `${one} in #ops: deploy web --env prod => denied because deploy:prod`)
}

/** The same for documents that say the same: sorted, without ids. */
export function normalForm({ users, groups, roles, rooms, rules, expectations }: PolicyDocument) {
  const sorted = <V>(map: ReadonlyMap<string, V>) => new Map([...map].sort(([a], [b]) => (a < b ? -1 : 1)))
  return {
    users: sorted(users),
    groups: new Map(
      [...sorted(groups)].map(([group, one]) => [group, { members: sorted(one.members), roles: sorted(one.roles) }]),
    ),
    roles: new Map([...sorted(roles)].map(([role, permissions]) => [role, sorted(permissions)])),
    rooms: sorted(rooms),
    rules: rules
      .map(({ text, names: its, enabled }) => ({ key: ruleKey({ text, names: its }), text, names: its, enabled }))
      .sort((a, b) => (a.key < b.key ? -1 : 1)),
    expectations: [...expectations].sort(),
  }
}
