/**
 * The one parser of rules: text becomes a tree, or an error with its place and what to write instead. Pure. Never throws and
 * takes linear time, whatever the text. It knows no command: `rule-check.ts` compares a rule with the schema.
 */
import { readCare, startsCare, tooMuchCare } from './rule-care.ts'
import { readCondition } from './rule-condition.ts'
import { isKeyword } from './rule-lex.ts'
import { printRule } from './rule-print.ts'
import { Misread, RuleReader } from './rule-reader.ts'
import { readRequirement } from './rule-requirement.ts'
import type { Rule, RuleResult, Verdict } from './tree.ts'

export { isPermission } from './rule-requirement.ts'

/** Longer rules are a mistake, and every rule is held in memory; it also bounds how deep brackets nest. */
const RULE_MAX_LENGTH = 1_000

/** Discord's rule for a word of a name, or HipChat's emoji, which Cog's commands may be called. */
const PART = "(?:[\\p{L}\\p{N}_'-]+|\\([A-Za-z0-9_]+\\))"
const NAME = new RegExp(`^${PART}(?:(?::${PART}){0,2}|(?::${PART})?:\\*)$`, 'u')

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
    if (reader.word('be')) return { kind: 'require', requirement: null, care: readCare(reader) }
    if (!reader.word('have')) throw noMust(reader)
    const requirement = readRequirement(reader)
    return { kind: 'require', requirement, care: startsCare(reader) ? readCare(reader) : null }
  }
  const before = conditional ? ['and', 'or'] : ['with']
  const listed = before.map((word) => `"${word}", `).join('')
  throw reader.expected(`${listed}"must have <permission>", "must be approved by <permission>", "allow" or "forbid"`, {
    near: [...before, 'must', 'allow', 'forbid'],
  })
}

function noMust(reader: RuleReader): Misread {
  const expected = '"have", as in must have deploy:run, or "be", as in must be approved by deploy:approve'
  return reader.expected(expected, startsCare(reader) ? { advice: 'write "must be"' } : { near: ['have', 'be'] })
}

function tooMuch(reader: RuleReader, verdict: Verdict): Misread {
  switch (verdict.kind) {
    case 'require':
      if (verdict.care !== null) return tooMuchCare(reader)
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
