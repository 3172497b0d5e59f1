/**
 * The names in a rule: which there are, what they stand for, and how they are called now. Pure.
 *
 * In a document a user is `user:ada` and a group `group:deployers`; in D1 they are numbers, which `src/db/document.ts` translates.
 * A room is `slack:C123` in both.
 */

import { ROOM_REF } from '../names.ts'
import { parseRule } from '../rule-parse.ts'
import { printLiteral } from '../rule-print.ts'
import type { Condition, Literal, NamedRef, Place, Rule, RuleNames } from '../tree.ts'
import type { DocumentRule, PolicyDocument } from './model.ts'

/** In the order in which they are written in JSON. */
export const NAMED_REFS: readonly NamedRef[] = ['channel', 'group', 'user']

/** Before the number of a user or group that is gone, in the place of its name: no name starts so. */
export const GONE = '#'

type TextLiteral = Literal & { readonly kind: 'text' }

export interface Named {
  readonly kind: NamedRef
  readonly literal: TextLiteral
}

/** The names that a rule compares rooms, users and groups with, each once, in the order of the text. */
export function namesIn(rule: Rule): { readonly [kind in NamedRef]: readonly string[] } {
  const named = namedIn(rule.condition)
  const of = (kind: NamedRef) => [...new Set(named.flatMap((one) => (one.kind === kind ? [one.literal.text] : [])))]
  return { channel: of('channel'), user: of('user'), group: of('group') }
}

export type Resolved =
  | { readonly ok: true; readonly names: RuleNames }
  | ({ readonly ok: false; readonly message: string } & Place)

/** What the names in a rule stand for in this document; the first that stands for nothing is an error at its place. */
export function resolveNames(rule: Rule, document: PolicyDocument): Resolved {
  const found: { [kind in NamedRef]?: { [name: string]: string } } = {}
  for (const { kind, literal } of namedIn(rule.condition)) {
    const { text, at, end } = literal
    // A room's own number is compared as it stands.
    if (kind === 'channel' && ROOM_REF.test(text)) continue
    const ref = refOf(kind, text, document)
    if (!ref.ok) return { ok: false, message: ref.message, at, end }
    found[kind] = { ...found[kind], [text]: ref.ref }
  }
  return { ok: true, names: found }
}

type Found = { readonly ok: true; readonly ref: string } | { readonly ok: false; readonly message: string }

function refOf(kind: NamedRef, name: string, { rooms, users, groups }: PolicyDocument): Found {
  switch (kind) {
    case 'channel': {
      const ref = rooms.get(name)
      if (ref !== undefined) return { ok: true, ref }
      const advice = rooms.has(`#${name}`)
        ? `write "#${name}"`
        : 'name it as in "#ops", or by its number as in "slack:C0123"'
      return { ok: false, message: `there is no room ${name}: ${advice}` }
    }
    case 'user':
      if (name.startsWith('@') && users.has(name.slice(1))) return { ok: true, ref: `user:${name.slice(1)}` }
      return { ok: false, message: `there is no user ${name}${users.has(name) ? `: write "@${name}"` : ''}` }
    case 'group':
      return groups.has(name) ? { ok: true, ref: `group:${name}` } : { ok: false, message: `there is no group ${name}` }
  }
}

/** One text for equal names: sorted, without what is empty. */
export function namesJson(names: RuleNames): string {
  // Most rules name nobody, and there may be many.
  if (Object.keys(names).length === 0) return '{}'
  const sorted: { [kind: string]: { [name: string]: string } } = {}
  for (const kind of NAMED_REFS) {
    const entries = Object.entries(names[kind] ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))
    if (entries.length > 0) sorted[kind] = Object.fromEntries(entries)
  }
  return JSON.stringify(sorted)
}

/** The same for equal rules and no others. */
export function ruleKey({ text, names }: Pick<DocumentRule, 'text' | 'names'>): string {
  return `${namesJson(names)} ${text}`
}

/** Every user and group that the names stand for, as `user:ada`. */
export function refsOf({ user = {}, group = {} }: RuleNames): string[] {
  return [...Object.values(user), ...Object.values(group)]
}

/**
 * The rule with everything called as it is called now. What has no name any more stands by its number.
 *
 * @param roomNames the rooms of the document the other way round, see {@link roomNamesOf}
 */
export function currentRule(
  rule: DocumentRule,
  roomNames: ReadonlyMap<string, string>,
): Pick<DocumentRule, 'text' | 'names'> {
  const stale = NAMED_REFS.some((kind) =>
    Object.entries(rule.names[kind] ?? {}).some(([name, ref]) => nameOf(kind, ref, name, roomNames) !== name),
  )
  const parsed = stale ? parseRule(rule.text) : null
  if (!parsed?.ok) return rule
  let text = ''
  let from = 0
  const names: { [kind in NamedRef]?: { [name: string]: string } } = {}
  for (const { kind, literal } of namedIn(parsed.rule.condition)) {
    const known = rule.names[kind]
    const ref = known && Object.hasOwn(known, literal.text) ? known[literal.text] : undefined
    if (ref === undefined) continue
    const name = nameOf(kind, ref, literal.text, roomNames)
    if (name !== ref) names[kind] = { ...names[kind], [name]: ref }
    text += parsed.rule.text.slice(from, literal.at) + printLiteral({ ...literal, text: name })
    from = literal.end
  }
  return { text: text + parsed.rule.text.slice(from), names }
}

/** What a room is called, by its number. */
export function roomNamesOf({ rooms }: PolicyDocument): ReadonlyMap<string, string> {
  return new Map([...rooms].map(([name, ref]) => [ref, name]))
}

/** @param written how the rule calls it: all that is left of a user or group that is gone */
function nameOf(kind: NamedRef, ref: string, written: string, roomNames: ReadonlyMap<string, string>): string {
  if (kind === 'channel') return roomNames.get(ref) ?? ref
  const name = ref.slice(kind.length + 1)
  return name.startsWith(GONE) ? written : `${kind === 'user' ? '@' : ''}${name}`
}

/** The texts that rooms, users and groups are compared with, in the order of the rule. */
export function namedIn(condition: Condition | null): Named[] {
  if (condition === null) return []
  if (condition.kind === 'not') return namedIn(condition.part)
  if (condition.kind !== 'test') return condition.parts.flatMap(namedIn)
  const { ref, check } = condition
  if (ref.kind !== 'channel' && ref.kind !== 'user' && ref.kind !== 'group') return []
  const { kind } = ref
  const literals = check.kind === 'compare' ? [check.value] : check.kind === 'in' ? check.values : []
  return literals.flatMap((literal) => (literal.kind === 'text' ? [{ kind, literal }] : []))
}
