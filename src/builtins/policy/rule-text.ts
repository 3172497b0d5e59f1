/**
 * A rule as it is typed in a chat, and what its names stand for there. Network: D1, and the platform for rooms that have no name
 * in Pawl yet.
 */
import type { Context } from '../../command/command.ts'
import { CommandFailure } from '../../command/failure.ts'
import { markPlace } from '../../language/mark.ts'
import type { PolicyChange, PolicyDocument } from '../../policy/document/model.ts'
import { type Named, namedIn } from '../../policy/document/names.ts'
import { parseRule } from '../../policy/rule-parse.ts'
import { printLiteral, printRule } from '../../policy/rule-print.ts'
import type { Place, Rule } from '../../policy/tree.ts'
import { findUser, mentionedId } from './people.ts'
import { findRoom } from './rooms.ts'

/** A room as a line holds it that was picked from the client's list. */
const ROOM_ID = /#([A-Z0-9]{2,})\b/g

/**
 * The text of an argument that takes the rest of the line, whether it was quoted as a whole or not: a word with white space in it
 * was quoted by itself and gets its quotes back.
 *
 * @example textOfWords(['when', 'command', 'is', 'deploy', 'forbid', 'because', 'shop is open'])
 */
export function textOfWords(words: readonly string[]): string {
  const [only = ''] = words
  return words.length === 1 ? only : words.map(requoted).join(' ')
}

function requoted(word: string): string {
  return word === '' || /\s/.test(word) ? `"${word.replace(/["\\]/g, '\\$&')}"` : word
}

/** The rule, or a refusal that marks the place. */
export function readRule(text: string): Rule {
  const parsed = parseRule(text)
  if (!parsed.ok) throw refusal(text, parsed.error)
  return parsed.rule
}

/** What to throw for a text that cannot be read: why, and the text with the place marked. */
export function refusal(text: string, error: Place & { readonly message: string }): CommandFailure {
  return new CommandFailure(error.message, { shown: markPlace(text, error) })
}

/** The rule with users by their names in Pawl, where people were mentioned. */
export async function withUsers(ctx: Context, rule: Rule): Promise<Rule> {
  return await renamed(rule, async ({ kind, literal: { text } }) =>
    kind === 'user' && mentionedId(text) !== null ? `@${await findUser(ctx, text)}` : text,
  )
}

export interface RoomedRule {
  readonly rule: Rule
  /** Names for rooms that had none. */
  readonly changes: readonly PolicyChange[]
}

/** The rule with rooms by the names that they have in the policy, or get with this rule. */
export async function withRooms(ctx: Context, rule: Rule, document: PolicyDocument): Promise<RoomedRule> {
  const rooms = new Map(document.rooms)
  const changes: PolicyChange[] = []
  const named = await renamed(rule, async ({ kind, literal: { text } }) => {
    if (kind !== 'channel' || !text.startsWith('#')) return text
    const { name, change } = await findRoom(ctx, text, rooms)
    if (change !== null) {
      rooms.set(change.name, change.ref)
      changes.push(change)
    }
    return name
  })
  return { rule: withNamedReason(named, ctx.actor.platform, rooms), changes }
}

/**
 * The rule with rooms by their names in what it says of itself, too: it is read on every platform, and an id is a room on one. What
 * has no name in the policy stays.
 */
function withNamedReason(rule: Rule, platform: string, rooms: ReadonlyMap<string, string>): Rule {
  const { verdict } = rule
  if (verdict.kind !== 'forbid' || verdict.because === null) return rule
  const names = new Map([...rooms].map(([name, ref]) => [ref, name]))
  const because = verdict.because.replace(ROOM_ID, (typed, id) => names.get(`${platform}:${id}`) ?? typed)
  return because === verdict.because ? rule : readRule(printRule({ ...rule, verdict: { kind: 'forbid', because } }))
}

/** The rule with other texts for its names. */
async function renamed(rule: Rule, nameOf: (named: Named) => Promise<string>): Promise<Rule> {
  let text = ''
  let from = 0
  // Places are offsets into what was typed; the normalised text is read again, so that they fit it.
  const normal = readRule(rule.text)
  for (const named of namedIn(normal.condition)) {
    const { literal } = named
    text += normal.text.slice(from, literal.at) + printLiteral({ ...literal, text: await nameOf(named) })
    from = literal.end
  }
  return readRule(text + normal.text.slice(from))
}
