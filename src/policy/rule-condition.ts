/** Reads what stands after `with`: tests, joined by `and`, `or`, `not` and brackets. Pure; a part of `rule-parse.ts`. */
import { isOptionName } from '../language/names.ts'
import { compileWhole } from './pattern.ts'
import { isKeyword, isNumber, type Sign, type Token } from './rule-lex.ts'
import { Misread, type RuleReader } from './rule-reader.ts'
import type { Check, Condition, Literal, Operator, Pattern, Ref, Test } from './tree.ts'

const OPERATORS: ReadonlyMap<Sign, Operator> = new Map([
  ['==', '=='],
  ['!=', '!='],
  ['<', '<'],
  ['<=', '<='],
  ['=<', '<='],
  ['>', '>'],
  ['>=', '>='],
])

/** What a test may look at without a name in brackets. */
const PLAIN_REFS = ['channel', 'platform', 'workspace', 'user', 'group'] as const
const REF_WORDS = ['arg', 'args', 'option', 'options', 'any', 'all', 'not', ...PLAIN_REFS]

/** Reads a condition as far as it goes. */
export function readCondition(reader: RuleReader): Condition {
  return reader.chain<Condition>('or', () => reader.chain<Condition>('and', () => readNegated(reader)))
}

function readNegated(reader: RuleReader): Condition {
  if (reader.word('not')) return { kind: 'not', part: readNegated(reader) }
  if (!reader.sign('(')) return readTest(reader)
  const inner = readCondition(reader)
  reader.close()
  return inner
}

function readTest(reader: RuleReader): Test {
  const { at } = reader.peek()
  const ref = readRef(reader)
  const check = readCheck(reader)
  return { kind: 'test', ref, check, at, end: reader.end }
}

function readRef(reader: RuleReader): Ref {
  for (const kind of PLAIN_REFS) if (reader.word(kind)) return { kind }
  for (const over of ['any', 'all'] as const) if (reader.word(over)) return readQuantified(reader, over)
  if (reader.word('arg') || reader.word('args')) return { kind: 'arg', index: readIndex(reader) }
  if (reader.word('option') || reader.word('options'))
    return { kind: 'option', name: readOptionName(reader), over: 'value' }
  const token = reader.peek()
  const isName = token.kind === 'word' && !isKeyword(token.text) && isOptionName(token.text)
  throw reader.expected('arg[0], option[name], channel, platform, workspace, user or group', {
    near: REF_WORDS,
    // A bare word where a test starts is most likely an option's name.
    advice: isName ? `the option of that name is option[${token.text}]` : '',
  })
}

function readQuantified(reader: RuleReader, over: 'any' | 'all'): Ref {
  if (reader.word('arg') || reader.word('args')) {
    if (!reader.isSign('[')) return { kind: 'args', over }
    throw reader.expected('a comparison', { advice: `"${over} arg" is over all arguments, arg[0] is one of them` })
  }
  if (reader.word('option') || reader.word('options'))
    return reader.isSign('[') ? { kind: 'option', name: readOptionName(reader), over } : { kind: 'options', over }
  throw reader.expected(`"arg", "option" or option[name] after "${over}"`, { near: ['arg', 'option'] })
}

function readIndex(reader: RuleReader): number {
  if (!reader.sign('[')) throw reader.expected('[0] for the first argument, "any arg" or "all arg" for several')
  const token = reader.peek()
  if (token.kind !== 'word' || !/^[0-9]{1,3}$/.test(token.text))
    throw reader.expected('the number of an argument, 0 for the first')
  reader.skip()
  if (!reader.sign(']')) throw reader.expected('"]"')
  return Number(token.text)
}

function readOptionName(reader: RuleReader): string {
  if (!reader.sign('[')) throw reader.expected('[env] for the option env, "any option" or "all option" for several')
  const token = reader.peek()
  if (token.kind !== 'word' || !isOptionName(token.text))
    throw reader.expected("an option's name without quotes, as in option[env]")
  reader.skip()
  if (!reader.sign(']')) throw reader.expected('"]"')
  return token.text
}

function readCheck(reader: RuleReader): Check {
  const token = reader.peek()
  const operator = token.kind === 'sign' ? OPERATORS.get(token.sign) : undefined
  if (operator !== undefined) {
    reader.skip()
    return { kind: 'compare', operator, value: readCompared(reader, operator) }
  }
  if (reader.word('in'))
    return { kind: 'in', values: reader.list('a list, as in [dev, staging]', () => readValue(reader)) }
  if (reader.word('matches')) {
    const value = reader.peek().kind === 'pattern' ? readValue(reader) : null
    if (value?.kind === 'pattern') return { kind: 'matches', pattern: value }
    throw reader.expected('a pattern between slashes, as in /prod-.*/')
  }
  if (reader.word('is')) {
    if (reader.word('missing')) return { kind: 'missing' }
    throw reader.expected('"missing"', {
      near: ['missing'],
      advice: 'to compare, write ==; for what is there, write not option[env] is missing',
    })
  }
  const advice = token.kind === 'word' && token.text === 'not' ? '"not" stands before the whole test' : ''
  throw reader.expected('==, !=, <, <=, >, >=, "in", "matches" or "is missing"', {
    near: ['in', 'matches', 'is'],
    advice,
  })
}

function readCompared(reader: RuleReader, operator: Operator): Literal {
  if (reader.isSign('[')) throw reader.expected('one value', { advice: 'a list stands after "in"' })
  const value = readValue(reader)
  if (operator === '==' || operator === '!=' || value.kind === 'number') return value
  throw new Misread(`only numbers are compared with ${operator}`, value)
}

function readValue(reader: RuleReader): Literal {
  const token = reader.peek()
  const { at, end } = token
  const literal = literalOf(token)
  if (literal !== null) {
    reader.skip()
    return { ...literal, at, end }
  }
  const isWord = token.kind === 'word'
  throw reader.expected("a value, as in 10, prod, 'a text' or /a.*/", {
    advice: isWord ? `a word of the language, as a value, stands in quotes: '${token.text}'` : '',
  })
}

type Meaning = Literal extends infer L ? (L extends Literal ? Omit<L, 'at' | 'end'> : never) : never

/** The value that a token is; null when it is none. */
function literalOf(token: Token): Meaning | null {
  switch (token.kind) {
    case 'quoted':
      return { kind: 'text', text: token.text, quote: token.quote }
    case 'pattern':
      return readPattern(token)
    case 'word':
      return wordOf(token)
    default:
      return null
  }
}

function wordOf(token: Token & { kind: 'word' }): Meaning | null {
  const { text } = token
  if (isKeyword(text)) return null
  if (text === 'true' || text === 'false') return { kind: 'boolean', value: text === 'true' }
  if (!isNumber(text)) return { kind: 'text', text, quote: '' }
  const value = Number(text)
  // Beyond this neighbours are the same number: an id compared so would be somebody else's too.
  if (Math.abs(value) > Number.MAX_SAFE_INTEGER)
    throw new Misread(`this number is too large to be compared exactly: if it is an id, write '${text}'`, token)
  return { kind: 'number', value, written: text }
}

function readPattern(token: Token & { kind: 'pattern' }): Omit<Pattern, 'at' | 'end'> {
  const pattern = compileWhole(token.source)
  if (!pattern.ok) throw new Misread(pattern.message, token)
  return { kind: 'pattern', source: token.source }
}
