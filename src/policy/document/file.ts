/**
 * The policy as a text file: one fact a line, sorted, so that it can live in git. Pure. `file-parse.ts` reads it.
 *
 * @example
 * user ada slack:T1:U1
 * room #ops slack:C123
 * role deployer
 *   permission deploy:prod until 2026-12-01T10:00:00Z
 * group deployers
 *   member ada
 *   role deployer
 * rule when command is deploy with channel == #ops must have deploy:run
 * expect @ada in #ops: deploy web --env prod => allowed
 */
import { EVERYONE, type Grants, type PolicyDocument } from './model.ts'
import { currentRule, roomNamesOf } from './names.ts'

/** The whole document as text, the same for equal documents; ids and what has no line of its own are left out. */
export function printDocument(document: PolicyDocument): string {
  const { users, groups, roles, rooms, expectations } = document
  const parts = [
    sortedEntries(users).map(([name, identities]) => ['user', name, ...[...identities].sort()].join(' ')),
    sortedEntries(rooms).map(([name, ref]) => `room ${name} ${ref}`),
    sortedEntries(roles).flatMap(([name, permissions]) => [`role ${name}`, ...grantLines('permission', permissions)]),
    sortedEntries(groups).flatMap(([name, { members, roles: given }]) => {
      const lines = [...grantLines('member', members), ...grantLines('role', given)]
      // everyone is always there: it needs a line only for what it has.
      return name === EVERYONE && lines.length === 0 ? [] : [`group ${name}`, ...lines]
    }),
    ruleLines(document),
    [...expectations].sort().map((text) => `expect ${oneLine(text)}`),
  ]
  return parts
    .filter((lines) => lines.length > 0)
    .map((lines) => `${lines.join('\n')}\n`)
    .join('\n')
}

/** A grant as a line of the file says it, as in `member ada until 2026-12-01T10:00:00Z`. */
export function grantLine(what: 'member' | 'role' | 'permission', name: string, until: number | null): string {
  return until === null ? `${what} ${name}` : `${what} ${name} until ${moment(until)}`
}

/** A text that stands in one line: as it is, or as JSON when it has a line break in it. */
export function oneLine(text: string): string {
  return /[\r\n]/.test(text) ? JSON.stringify(text) : text
}

function grantLines(what: 'member' | 'role' | 'permission', grants: Grants): string[] {
  return sortedEntries(grants).map(([name, until]) => `  ${grantLine(what, name, until)}`)
}

function ruleLines(document: PolicyDocument): string[] {
  const roomNames = roomNamesOf(document)
  return document.rules
    .map((rule) => ({ text: currentRule(rule, roomNames).text, enabled: rule.enabled }))
    .sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0))
    .map(({ text, enabled }) => `${enabled ? '' : 'disabled '}rule ${oneLine(text)}`)
}

/** Seconds where that says it all. */
function moment(ms: number): string {
  return new Date(ms).toISOString().replace('.000Z', 'Z')
}

/** By code unit, not by locale: the same file on every machine. */
function sortedEntries<V>(map: ReadonlyMap<string, V>): [string, V][] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1))
}
