/**
 * The one parser of rules: text becomes a tree, or an error with its place and what to write instead. Pure. Never throws and
 * takes linear time, whatever the text. It knows no command: `rule-check.ts` compares a rule with the schema.
 */
import { readCondition } from './rule-condition.ts'
import { isKeyword, isReservedPermission } from './rule-lex.ts'
import { printRule } from './rule-print.ts'
import { Misread, RuleReader } from './rule-reader.ts'
import type { Requirement, Rule, RuleResult, Verdict } from './tree.ts'

/** Longer rules are a mistake, and every rule is held in memory; it also bounds how deep brackets nest. */
const RULE_MAX_LENGTH = 1_000

/** Discord's rule for a word of a name, or HipChat's emoji, which Cog's commands may be called. */
const PART = "(?:[\\p{L}\\p{N}_'-]+|\\([A-Za-z0-9_]+\\))"
const NAME = new RegExp(`^${PART}(?:(?::${PART}){0,2}|(?::${PART})?:\\*)$`, 'u')
const PERMISSION = /^[a-z][a-z0-9_.-]*:[a-z0-9][a-z0-9_.-]*$/

/** True for `ns:name` in lower case, as permissions are written. */
export function isPermission(text: string): boolean {
  return PERMISSION.test(text)
}

/**
 * Parses one rule; never throws. Positions are offsets into `text`, in UTF-16 units.
 *
 * @example parseRule('when command is deploy with option[env] == prod must have deploy:prod')
 */
export function parseRule(text: string): RuleResult {
  const tooLong = (length: number, how: string): RuleResult => ({
    ok: false,
    error: {
      message: `a rule has at most ${RULE_MAX_LENGTH} characters, this one has ${length}${how}: split it, as every rule that matches counts`,
      at: Math.min(RULE_MAX_LENGTH, text.length),
      end: text.length,
    },
  })
  if (text.length > RULE_MAX_LENGTH) return tooLong(text.length, '')
  try {
    const parts = readRule(new RuleReader(text))
    const rule: Rule = { text: printRule(parts), ...parts }
    // What is kept and shown is this text, so it must be readable again.
    if (rule.text.length > RULE_MAX_LENGTH) return tooLong(rule.text.length, ' with its spaces and brackets in place')
    return { ok: true, rule }
  } catch (error) {
    if (error instanceof Misread) return { ok: false, error: { message: error.message, at: error.at, end: error.end } }
    throw error
  }
}

function readRule(reader: RuleReader): Omit<Rule, 'text'> {
  for (const word of ['when', 'command', 'is'])
    if (!reader.word(word))
      throw reader.expected(`"${word}", as a rule starts with "when command is <name>"`, { near: [word] })
  const { command, ...commandPlace } = readCommand(reader)
  const condition = reader.word('with') ? readCondition(reader) : null
  const verdict = readVerdict(reader, condition !== null)
  if (!reader.atEnd()) throw tooMuch(reader, verdict)
  return { command, commandPlace, condition, verdict }
}

function readCommand(reader: RuleReader): { command: string; at: number; end: number } {
  const token = reader.name()
  if (token.kind === 'bad') throw new Misread(token.message, token)
  const text = token.kind === 'word' || token.kind === 'quoted' ? token.text : ''
  if (NAME.test(text)) return { command: text, at: token.at, end: token.end }
  const what = 'expected the command\'s name, its words joined by ":", as in pack:install, or pack:* for all of a group'
  throw new Misread(text === '*' ? 'no rule is for every command: name one, or a group as in pack:*' : what, token)
}

function readVerdict(reader: RuleReader, conditional: boolean): Verdict {
  if (reader.word('allow')) return { kind: 'allow' }
  if (reader.word('forbid')) return { kind: 'forbid', because: reader.word('because') ? readReason(reader) : null }
  if (reader.word('must')) {
    if (!reader.word('have')) throw reader.expected('"have", as in must have deploy:run', { near: ['have'] })
    return { kind: 'require', requirement: readRequirement(reader) }
  }
  const before = conditional ? ['and', 'or'] : ['with']
  const listed = before.map((word) => `"${word}", `).join('')
  throw reader.expected(`${listed}"must have <permission>", "allow" or "forbid"`, {
    near: [...before, 'must', 'allow', 'forbid'],
  })
}

function tooMuch(reader: RuleReader, { kind }: Verdict): Misread {
  switch (kind) {
    case 'require':
      return reader.expected('"and", "or" or the end of the rule', { near: ['and', 'or'] })
    case 'allow':
      return reader.expected('the end of the rule', { advice: 'nothing may follow "allow"' })
    case 'forbid':
      return reader.expected('the end of the rule', {
        near: ['because'],
        advice: 'after "forbid" comes only because "a reason", in quotes',
      })
  }
}

function readReason(reader: RuleReader): string {
  const token = reader.peek()
  const isReason = token.kind === 'quoted' || (token.kind === 'word' && !isKeyword(token.text))
  if (!isReason || token.text.trim() === '')
    throw reader.expected('the reason in quotes, as in because "the shop is open"')
  reader.skip()
  return token.text
}

function readRequirement(reader: RuleReader): Requirement {
  return reader.chain<Requirement>('or', () => reader.chain<Requirement>('and', () => readHeld(reader)))
}

function readHeld(reader: RuleReader): Requirement {
  const { at } = reader.peek()
  if (reader.sign('(')) {
    const inner = readRequirement(reader)
    reader.close()
    return inner
  }
  for (const kind of ['any', 'all'] as const) {
    if (!reader.word(kind)) continue
    if (!reader.word('in')) throw reader.expected(`"in", as in ${kind} in [deploy:run, deploy:prod]`, { near: ['in'] })
    const names = reader.list('a list of permissions, as in [deploy:run, deploy:prod]', () => readPermission(reader))
    if (names.length > 0) return { kind, names, at, end: reader.end }
    throw new Misread('this list is empty: name a permission in it', { at, end: reader.end })
  }
  return { kind: 'permission', name: readPermission(reader), at, end: reader.end }
}

function readPermission(reader: RuleReader): string {
  const token = reader.peek()
  if ((token.kind !== 'word' && token.kind !== 'quoted') || !isPermission(token.text))
    throw reader.expected('a permission, as in deploy:run', {
      advice: token.kind === 'word' ? adviceOn(token.text) : '',
    })
  if (token.kind === 'word' && isReservedPermission(token.text))
    throw new Misread(`this permission is called as a word of the language: write '${token.text}', in quotes`, token)
  reader.skip()
  return token.text
}

/** What may have been meant by a word that is no permission; empty when nothing comes to mind. */
function adviceOn(word: string): string {
  if (word === 'allow') return '"allow" stands without "must have" and is never combined'
  if (word === 'not') return 'there is no "not" here; what nobody may do is a rule with "forbid"'
  if (isPermission(word.toLowerCase())) return `permissions are in lower case, write ${word.toLowerCase()}`
  return !isKeyword(word) && isPermission(`site:${word}`) ? `did you mean site:${word}?` : ''
}
