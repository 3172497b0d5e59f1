/**
 * Reads a rule. Pure.
 *
 * This is the door to the rule language: today its two plain forms, `when command is X must have ns:name` and
 * `when command is X allow`. Conditions, `and`/`or` and `forbid` (../../docs/architecture.md, "Seams") extend {@link Rule}
 * and this parser; nothing else reads rule text.
 */

export interface Rule {
  /** The rule as shown and audited: its normalised text. */
  readonly text: string
  /** The command's words joined by ":"; rules name commands so. */
  readonly command: string
  /** `null` for `allow`: the rule matches and requires nothing. */
  readonly permission: string | null
}

export type RuleResult =
  | { readonly ok: true; readonly rule: Rule }
  | { readonly ok: false; readonly error: { readonly message: string; readonly at: number } }

/** Longer rules are a mistake, and every rule is held in memory. */
const RULE_MAX_LENGTH = 1_000

const NAME = /^[\p{L}\p{N}_'-]+(?::[\p{L}\p{N}_'-]+){0,2}$/u
const PERMISSION = /^[a-z0-9][a-z0-9_.-]*:[a-z0-9][a-z0-9_.-]*$/

/** True for `ns:name` in lower case, as permissions are written. */
export function isPermission(text: string): boolean {
  return PERMISSION.test(text)
}

/**
 * Parses one rule; never throws. Errors carry the offset of the word that is wrong.
 *
 * @example parseRule('when command is deploy must have deploy:run')
 */
export function parseRule(text: string): RuleResult {
  if (text.length > RULE_MAX_LENGTH) return fail(`a rule has at most ${RULE_MAX_LENGTH} characters`, RULE_MAX_LENGTH)
  const words = [...text.matchAll(/\S+/g)].map((match) => ({ text: match[0], at: match.index }))
  for (const [i, expected] of ['when', 'command', 'is'].entries()) {
    const word = words[i]
    if (word?.text !== expected)
      return fail(`expected "${expected}": a rule starts with "when command is <name>"`, word?.at ?? text.length)
  }
  const name = words[3]
  if (!name || !NAME.test(name.text))
    return fail('expected the command\'s name, its words joined by ":", as in pack:install', name?.at ?? text.length)
  const verb = words[4]
  if (verb?.text === 'allow') {
    const extra = words[5]
    if (extra) return fail(`nothing may follow "allow", found "${extra.text}"`, extra.at)
    return done(name.text, null)
  }
  if (verb?.text !== 'must' || words[5]?.text !== 'have')
    return fail(
      'expected "must have <permission>" or "allow"',
      (verb?.text === 'must' ? words[5] : verb)?.at ?? text.length,
    )
  const permission = words[6]
  if (!permission || !isPermission(permission.text))
    return fail('expected a permission, as in deploy:run', permission?.at ?? text.length)
  const extra = words[7]
  if (extra) return fail(`expected the end of the rule, found "${extra.text}"`, extra.at)
  return done(name.text, permission.text)
}

function done(command: string, permission: string | null): RuleResult {
  const text = `when command is ${command} ${permission === null ? 'allow' : `must have ${permission}`}`
  return { ok: true, rule: { text, command, permission } }
}

function fail(message: string, at: number): RuleResult {
  return { ok: false, error: { message, at } }
}
