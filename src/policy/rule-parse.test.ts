import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isPermission, parseRule } from './rule-parse.ts'
import type { Check, Condition, Literal, Test } from './tree.ts'

const START = 'when command is x with '

function conditionOf(typed: string): Condition {
  const parsed = parseRule(`${START}${typed} allow`)
  if (!parsed.ok) throw new Error(`${typed}: ${parsed.error.message}`)
  if (parsed.rule.condition === null) throw new Error(`${typed}: there is no condition`)
  return parsed.rule.condition
}

function testOf(typed: string): Test {
  const condition = conditionOf(typed)
  if (condition.kind !== 'test') throw new Error(`${typed} is ${condition.kind}`)
  return condition
}

function comparedOf(typed: string): Literal | null {
  const check: Check = testOf(`user == ${typed}`).check
  return check.kind === 'compare' ? check.value : null
}

/** What is said, and the text it is said of. */
function refusal(text: string): { message: string; marked: string } | null {
  const parsed = parseRule(text)
  if (parsed.ok) return null
  return { message: parsed.error.message, marked: text.slice(parsed.error.at, parsed.error.end) }
}

describe('a rule', () => {
  it('has a command, a condition and a verdict, each with its place', () => {
    const text = ' when command is pack:install with option[env] == prod must have pack:run'
    const parsed = parseRule(text)
    if (!parsed.ok) throw new Error(parsed.error.message)
    const { rule } = parsed
    expect(rule).toMatchObject({
      text: text.trim(),
      command: 'pack:install',
      condition: {
        kind: 'test',
        ref: { kind: 'option', name: 'env', over: 'value' },
        check: { kind: 'compare', operator: '==', value: { kind: 'text', text: 'prod', quote: '' } },
      },
      verdict: { kind: 'require', requirement: { kind: 'permission', name: 'pack:run' }, care: null },
    })
    const { condition, verdict } = rule
    if (condition?.kind !== 'test' || condition.check.kind !== 'compare') throw new Error('no comparison')
    if (verdict.kind !== 'require' || verdict.requirement?.kind !== 'permission') throw new Error('no permission')
    const places = [rule.commandPlace, condition, condition.check.value, verdict.requirement]
    expect(places.map(({ at, end }) => text.slice(at, end))).toEqual([
      'pack:install',
      'option[env] == prod',
      'prod',
      'pack:run',
    ])
  })

  it.each(['deploy', 'a:b:c', "it's", 'größe', 'pd:(pager)', 'pack:*', 'a:b:*', '"deploy"', "'a:b'", 'with', '3'])(
    'may be about %s',
    (name) => expect(parseRule(`when command is ${name} allow`).ok).toBe(true),
  )

  it.each(['a:b:c:d', 'a:b:c:*', '*', ':a', 'a:', 'a::b', '(a', '*:a', 'a:*:b', '"a b"', '""', 'a/b', 'a,'])(
    'is never about %s',
    (name) => expect(refusal(`when command is ${name} allow`)?.marked).toBe(name),
  )

  it('may have 1,000 characters and not one more', () => {
    const rule = (length: number) => `when command is deploy must have a:${'b'.repeat(length - 35)}`
    expect(rule(1_000)).toHaveLength(1_000)
    expect(parseRule(rule(1_000)).ok).toBe(true)
    expect(parseRule(rule(1_001))).toMatchObject({ ok: false, error: { at: 1_000, end: 1_001 } })
  })

  it('may have 1,000 characters as it is shown, and not one more: what is kept can be read again', () => {
    const list = (length: number) => `${START}user in [${'a,'.repeat(300)}${'b'.repeat(length)}] allow`
    const spaces = 300
    const fits = 1_000 - list(0).length - spaces
    const parsed = parseRule(list(fits))
    expect(parsed.ok && parsed.rule.text.length).toBe(1_000)
    expect(refusal(list(fits + 1))?.message).toContain('1001 with its spaces and brackets in place')
  })

  it('never throws, and says where inside the text', () => {
    const scraps = fc.constantFrom(
      ...'when command is x with must have allow forbid because and or not in any all matches missing'.split(' '),
      ...'be confirmed approved by of 2'.split(' '),
      ...[
        'arg[0]',
        'option[env]',
        'option',
        'user',
        '==',
        '<',
        '[',
        ']',
        '(',
        ')',
        ',',
        "'a'",
        '"b"',
        '/c/',
        '-1',
        'a:b',
      ],
      ...['"', "'", '/', '\\', '\u{1F355}', '\ud800', '“'],
    )
    const almost = fc.array(scraps, { maxLength: 14 }).map((parts) => `when command is x ${parts.join(' ')}`)
    const anything = fc.oneof(almost, fc.string({ unit: 'binary' }), fc.string(), fc.string({ unit: 'grapheme' }))
    fc.assert(
      fc.property(anything, (text) => {
        const parsed = parseRule(text)
        if (parsed.ok) {
          const again = parseRule(parsed.rule.text)
          expect(again.ok && again.rule.text).toBe(parsed.rule.text)
        } else {
          const { at, end } = parsed.error
          expect(0 <= at && at <= end && end <= text.length).toBe(true)
        }
      }),
      { numRuns: 1_000 },
    )
  })

  it.each(['(', 'not ', 'not (', '((user == a) or ', 'user == a and (', '"\\', "'", '/\\', 'user in ['])(
    'is refused, and quickly, when it is full of %j',
    (scrap) => {
      const text = START + scrap.repeat(Math.floor((1_000 - START.length) / scrap.length))
      const started = performance.now()
      expect(parseRule(text).ok).toBe(false)
      expect(performance.now() - started).toBeLessThan(100)
    },
  )

  it('may be nested as deep as its length allows', () => {
    const depth = 480
    expect(parseRule(`${START}${'('.repeat(depth)}user==a${')'.repeat(depth)} allow`).ok).toBe(true)
    expect(parseRule(`${START}${'not '.repeat(235)}user == a allow`).ok).toBe(true)
  })
})

describe('a condition', () => {
  it('binds not tighter than and, and tighter than or', () => {
    const shape = (c: Condition): unknown =>
      c.kind === 'test' ? c.ref.kind : c.kind === 'not' ? ['not', shape(c.part)] : [c.kind, ...c.parts.map(shape)]
    expect(shape(conditionOf('not user == a and group == b or channel == c and platform == slack'))).toEqual([
      'or',
      ['and', ['not', 'user'], 'group'],
      ['and', 'channel', 'platform'],
    ])
    expect(shape(conditionOf('(user == a or group == b) and (channel == c and platform == slack)'))).toEqual([
      'and',
      ['or', 'user', 'group'],
      'channel',
      'platform',
    ])
  })

  it.each([
    ['arg[12] == a', { kind: 'arg', index: 12 }],
    ['any arg == a', { kind: 'args', over: 'any' }],
    ['all args == a', { kind: 'args', over: 'all' }],
    ['option[1env] == a', { kind: 'option', name: '1env', over: 'value' }],
    ['any option[in] == a', { kind: 'option', name: 'in', over: 'any' }],
    ['all option [ größe ] == a', { kind: 'option', name: 'größe', over: 'all' }],
    ['any options == a', { kind: 'options', over: 'any' }],
    ['workspace == a', { kind: 'workspace' }],
  ])('%s looks at %j', (typed, ref) => expect(testOf(typed).ref).toEqual(ref))

  it.each([
    ['prod', { kind: 'text', text: 'prod', quote: '' }],
    ['#ops', { kind: 'text', text: '#ops' }],
    ['@ada', { kind: 'text', text: '@ada' }],
    ['slack:C1', { kind: 'text', text: 'slack:C1' }],
    ['1e5', { kind: 'text', text: '1e5' }],
    ['1.2.3', { kind: 'text', text: '1.2.3' }],
    ['truely', { kind: 'text', text: 'truely' }],
    ["'a\\b'", { kind: 'text', text: 'a\\b', quote: "'" }],
    ['"a\\"b"', { kind: 'text', text: 'a"b', quote: '"' }],
    ['"\\\\d \\d \\n"', { kind: 'text', text: '\\d \\d \\n' }],
    ['"all"', { kind: 'text', text: 'all' }],
    ["'5'", { kind: 'text', text: '5' }],
    ['5', { kind: 'number', value: 5, written: '5' }],
    ['-1', { kind: 'number', value: -1 }],
    ['8.30', { kind: 'number', value: 8.3, written: '8.30' }],
    ['9007199254740991', { kind: 'number', value: 9_007_199_254_740_991 }],
    ['true', { kind: 'boolean', value: true }],
    ['false', { kind: 'boolean', value: false }],
    ['/a\\/b c/', { kind: 'pattern', source: 'a\\/b c' }],
  ])('reads the value %s as %j', (typed, literal) => expect(comparedOf(typed)).toMatchObject(literal))

  it('takes =< for <=', () => {
    expect(testOf('arg[0] =< 5').check).toMatchObject({ operator: '<=' })
    expect(testOf('arg[0] <= 5').check).toMatchObject({ operator: '<=' })
  })

  it('compares with patterns of 200 characters and not of one more', () => {
    const pattern = (length: number) => `${START}user matches /${'a'.repeat(length)}/ allow`
    expect(parseRule(pattern(200)).ok).toBe(true)
    expect(refusal(pattern(201))?.message).toContain('200')
  })
})

describe('a refusal says where and what to write instead', () => {
  it.each([
    ['', '', 'expected "when"'],
    ['when', '', 'expected "command"'],
    ['When command is x allow', 'When', 'did you mean when?'],
    ['when comand is x allow', 'comand', 'did you mean command?'],
    ['when command is', '', "the command's name"],
    ['when command is * allow', '*', 'pack:*'],
    ['when command is x', '', '"must have <permission>", "must be approved by <permission>", "allow" or "forbid"'],
    ['when command is x wiht', 'wiht', 'did you mean with?'],
    ['when command is x must', '', 'expected "have"'],
    ['when command is x must have', '', 'a permission, as in deploy:run'],
    ['when command is x must have Deploy:run', 'Deploy:run', 'write deploy:run'],
    ['when command is x must have ops', 'ops', 'did you mean site:ops?'],
    ['when command is x must have 3a:b', '3a:b', 'a permission'],
    ['when command is x must have site:all', 'site:all', "write 'site:all', in quotes"],
    ['when command is x must have allow', 'allow', 'without "must have"'],
    ['when command is x must have not a:b', 'not', '"forbid"'],
    ['when command is x must have any in []', 'any in []', 'empty'],
    ['when command is x must have any a:b', 'a:b', 'any in [deploy:run, deploy:prod]'],
    ['when command is x must have (a:b', '', '")"'],
    ['when command is x must have a:b please', 'please', '"and", "or" or the end'],
    ['when command is x allow all', 'all', 'nothing may follow'],
    ['when command is x forbid "freeze"', '"freeze"', 'because'],
    ['when command is x forbid because', '', 'reason in quotes'],
    ['when command is x forbid because " "', '" "', 'reason in quotes'],
    ['when command is x forbid because a b', 'b', 'reason'],
  ])('%j', (text, marked, message) => {
    const refused = refusal(text)
    expect(refused?.message).toContain(message)
    expect(refused?.marked).toBe(marked)
  })

  it.each([
    ['env == prod', 'env', 'option[env]'],
    ['optoin[env] == prod', 'optoin', 'did you mean option?'],
    ['arg == a', '==', '[0]'],
    ['option in [a]', 'in', '[env]'],
    ['arg[-1] == a', '-1', '0 for the first'],
    ['arg[1000] == a', '1000', 'the number of an argument'],
    ['any arg[0] == a', '[', 'arg[0] is one of them'],
    ['any channel == a', 'channel', '"arg", "option"'],
    ["option['env'] == a", "'env'", 'without quotes'],
    ['option[a b] == a', 'b', '"]"'],
    ['option[env]', 'allow', '"is missing"'],
    ['option[env] = prod', '=', 'write =='],
    ['option[env] =~ /a/', '=~', 'write matches'],
    ['user == a && user == b', '&', 'write and'],
    ['user == a || user == b', '|', 'write or'],
    ['!user == a', '!', 'write not'],
    ['user == “a”', '“', 'straight'],
    ['user == 50%', '%', 'quotes'],
    ['user == [a]', '[', '"in"'],
    ['user in (a, b)', '(', 'square brackets'],
    ['user in [a b]', 'b', '"," or "]"'],
    ['user in [a,]', ']', 'a value'],
    ['user in a', 'a', 'a list'],
    ['user not in [a]', 'not', 'before the whole test'],
    ['user is not missing', 'not', 'not option[env] is missing'],
    ['user is ada', 'ada', 'to compare, write =='],
    ['user == all', 'all', "'all'"],
    ['user matches "a"', '"a"', 'between slashes'],
    ['user == /a/i', 'i', '/(?i)a/'],
    ['user == /a/b', 'b', '(?i)'],
    ['user == /a/B', 'B', '\\/'],
    ['user == /a(/', '/a(/', 'no pattern'],
    ["user == 'it's'", "'it's", 'apostrophe'],
    ['user == "a"b', '"a"b', '\\"'],
    ['arg[0] < prod', 'prod', 'only numbers'],
    ['arg[0] >= /5/', '/5/', 'only numbers'],
    ['arg[0] == 9007199254740993', '9007199254740993', "write '9007199254740993'"],
    ['(user == a', 'allow', '")"'],
    ['user == a wiht', 'wiht', '"and", "or"'],
    ['()', ')', 'arg[0]'],
  ])('with %s', (typed, marked, message) => {
    const refused = refusal(`${START}${typed} allow`)
    expect(refused?.message).toContain(message)
    expect(refused?.marked).toBe(marked)
  })

  it.each([
    ['user == "a', '"a'],
    ["user == 'a", "'a"],
    ['user == /a', '/a'],
  ])('%s has no end', (typed, marked) => {
    expect(refusal(START + typed)).toEqual({ message: expect.stringContaining('has no end'), marked })
  })
})

describe('a permission', () => {
  it.each(['deploy:run', 's3:read-all', 'a:b.c', 'a:1', 'site:all'])('%j is one', (text) =>
    expect(isPermission(text)).toBe(true),
  )
  it.each(['deploy', 'Deploy:run', 'a:b:c', ':a', 'a:', 'a: b', '3a:b', 'a:-b', 'ä:b'])('%j is none', (text) =>
    expect(isPermission(text)).toBe(false),
  )
})
