/** What one line of the policy's text file says; `file.ts` shows how lines look. Pure. */
import { nearest } from '../../command/names.ts'
import type { Place } from '../tree.ts'
import { EVERYONE, type PolicyChange } from './model.ts'

/** A part of a line; offsets are into the line. */
export interface Word extends Place {
  readonly text: string
}

/** What the indented lines below a line are about. */
export interface Block {
  readonly kind: 'role' | 'group'
  readonly name: string
}

export interface Fact extends Place {
  /** The same for facts of which a file holds one at most. */
  readonly key: string
  /** Null for what is there without being said: the group everyone. */
  readonly change: PolicyChange | null
}

export type Said =
  /** An empty line or a comment. */
  | { readonly kind: 'nothing' }
  /** What there is. */
  | { readonly kind: 'declared'; readonly facts: readonly Fact[]; readonly block: Block | null }
  /** Who is in what, and has what. */
  | { readonly kind: 'link'; readonly fact: Fact }
  | { readonly kind: 'rule'; readonly rule: Word; readonly enabled: boolean }
  | { readonly kind: 'expectation'; readonly expectation: Word }
  | ({ readonly kind: 'wrong'; readonly message: string; readonly block: Block | null } & Place)

const TOP = ['user', 'room', 'role', 'group', 'rule', 'disabled', 'expect']
const BELOW: { readonly [kind in Block['kind']]: readonly string[] } = {
  role: ['permission'],
  group: ['member', 'role'],
}

/** Reads a line; @param block what it is about if it is indented */
export function readLine(text: string, block: Block | null): Said {
  const words = [...text.matchAll(/\S+/g)].map((match) => placed(match[0], match.index))
  const [first, ...others] = words
  if (!first || first.text.startsWith('#')) return { kind: 'nothing' }
  return first.at > 0 ? below(text, block, first, others) : top(text, first, others)
}

function top(text: string, first: Word, others: readonly Word[]): Said {
  switch (first.text) {
    case 'user':
      return user(text, others)
    case 'room':
      return room(text, others)
    case 'role':
    case 'group':
      return start(text, first.text, others)
    case 'rule':
      return { kind: 'rule', rule: rest(text, first), enabled: true }
    case 'disabled': {
      const [second] = others
      if (second?.text === 'rule') return { kind: 'rule', rule: rest(text, second), enabled: false }
      return wrong(second ?? first, 'only a rule can be disabled: write disabled rule when …')
    }
    case 'expect':
      return { kind: 'expectation', expectation: rest(text, first) }
    case 'member':
      return wrong(first, 'indent this line, and put it below its group')
    case 'permission':
      return wrong(first, 'indent this line, and put it below its role')
  }
  const near = nearest(first.text, TOP)
  return wrong(
    first,
    `a line starts with user, room, role, group, rule or expect${near ? `: did you mean ${near}?` : ''}`,
  )
}

function user(text: string, [name, ...identities]: readonly Word[]): Said {
  if (!name) return wrong(endOf(text), 'name the user, as in user ada slack:T0123:U0456')
  const facts = identities.map((word) =>
    fact(word, `account ${word.text}`, { kind: 'identity.add', user: name.text, identity: word.text }),
  )
  return declared([fact(name, `user ${name.text}`, { kind: 'user.add', user: name.text }), ...facts])
}

/** The last word is the room; the name may hold spaces. */
function room(text: string, words: readonly Word[]): Said {
  const [first] = words
  const [last, ref] = words.slice(-2)
  if (!first || !last || !ref) return wrong(endOf(text), 'write it as in room #ops slack:C0123')
  const name = text.slice(first.at, last.end)
  return declared([
    fact(ref, `room of ${ref.text}`, null),
    fact(first, `room ${name}`, { kind: 'room.set', name, ref: ref.text }),
  ])
}

function start(text: string, kind: Block['kind'], [name, extra]: readonly Word[]): Said {
  if (!name)
    return wrong(endOf(text), `name the ${kind}, as in ${kind === 'role' ? 'role deployer' : 'group deployers'}`)
  const block = { kind, name: name.text }
  if (extra) return wrong(extra, `nothing may follow the name: what the ${kind} has stands below, indented`, block)
  const change: PolicyChange =
    kind === 'role' ? { kind: 'role.add', role: name.text } : { kind: 'group.add', group: name.text }
  const isThere = kind === 'group' && name.text === EVERYONE
  return declared([fact(name, `${kind} ${name.text}`, isThere ? null : change)], block)
}

function below(text: string, block: Block | null, first: Word, [name, until, time, extra]: readonly Word[]): Said {
  if (!block) return wrong(first, 'an indented line stands below a role or a group: start this one at the margin')
  const kinds = BELOW[block.kind]
  if (!kinds.includes(first.text))
    return wrong(first, `below a ${block.kind}, a line starts with ${kinds.join(' or ')}`, block)
  if (!name) return wrong(endOf(text), `name the ${first.text}`, block)
  if (until && until.text !== 'until') return wrong(until, 'only "until 2026-12-01T10:00:00Z" may follow', block)
  const end = time ? readTime(time.text) : null
  if (until && end === null)
    return wrong(
      time ?? endOf(text),
      'write the end as in until 2026-12-01T10:00:00Z (UTC), or until 2026-12-01',
      block,
    )
  if (extra) return wrong(extra, 'nothing may follow the end', block)
  const key = `${block.kind} ${block.name}: ${first.text} ${name.text}`
  return { kind: 'link', fact: fact(name, key, linkOf(block, first.text, name.text, end)) }
}

function linkOf({ kind, name }: Block, what: string, item: string, until: number | null): PolicyChange {
  if (kind === 'role') return { kind: 'permission.grant', role: name, permission: item, until }
  return what === 'member'
    ? { kind: 'member.add', group: name, user: item, until }
    : { kind: 'role.grant', group: name, role: item, until }
}

function fact({ at, end }: Place, key: string, change: PolicyChange | null): Fact {
  return { at, end, key, change }
}

function declared(facts: readonly Fact[], block: Block | null = null): Said {
  return { kind: 'declared', facts, block }
}

/** @param block what the lines below are about all the same */
function wrong({ at, end }: Place, message: string, block: Block | null = null): Said {
  return { kind: 'wrong', at, end, message, block }
}

function placed(text: string, at: number): Word {
  return { text, at, end: at + text.length }
}

/** What follows a word, to the end of the line. */
function rest(text: string, { end }: Place): Word {
  const found = text.slice(end).trimStart()
  return placed(found, text.length - found.length)
}

function endOf(text: string): Place {
  return { at: text.length, end: text.length }
}

const TIME = /^((?:\d{4}|[+-]\d{6})-\d\d-\d\d)(?:T\d\d:\d\d(?::\d\d(?:\.\d{3})?)?Z)?$/

/** Milliseconds since 1970; null for what is no time of the calendar. */
function readTime(text: string): number | null {
  const day = TIME.exec(text)?.[1]
  const ms = Date.parse(text)
  // Date.parse takes the 30th of February for a day in March.
  return day !== undefined && !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(day) ? ms : null
}
