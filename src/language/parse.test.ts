import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MAX_LINE_LENGTH, parsePipeline } from './parse.ts'
import { toSeam } from './seam.ts'
import type { Pipeline } from './tree.ts'

/** The tokens of the only stage, in the short shape of the CLI seam. */
function tokens(line: string): unknown {
  const seam = toSeam(parsePipeline(line))
  return seam.ok ? seam.stages[0]?.tokens.slice(1) : seam.error.message
}

function refusal(line: string): { message: string; marked: string } | null {
  const result = parsePipeline(line)
  return result.ok
    ? null
    : { message: result.error.message, marked: result.line.slice(result.error.at, result.error.end) }
}

function tree(line: string): Pipeline {
  const result = parsePipeline(line)
  if (!result.ok) throw new Error(result.error.message)
  return result.pipeline
}

const word = (text: string) => ({ word: text })

describe('words', () => {
  it.each([
    ['x a\tb\nc\r\nd', [word('a'), word('b'), word('c'), word('d')]],
    [`x a'b c'd`, [word('ab cd')]],
    [`x 'a\\$b"' ""`, [word('a\\$b"'), word('')]],
    ['x "a\\"b\\\\c\\$d\\ne\\tf"', [word('a"b\\c$d\ne\tf')]],
    ['x "\\d+ C:\\dir"', [word('\\d+ C:\\dir')]],
    ['x a\\ b \\| \\> \\$y', [word('a b'), word('|'), word('>'), word('$y')]],
    ['x one \\\n two th\\\nree', [word('one'), word('two'), word('three')]],
    ['x \\😀', [word('😀')]],
    ['x a>b a=b # ~ * ? {a,b} (c) !', ['a>b', 'a=b', '#', '~', '*', '?', '{a,b}', '(c)', '!'].map(word)],
    ['x https://a.example/?b=1&c=2#d', [word('https://a.example/?b=1&c=2#d')]],
    ['x "costs $5" 007 1.10', [word('costs $5'), word('007'), word('1.10')]],
  ])('reads %j', (line, expected) => {
    expect(tokens(line)).toEqual(expected)
  })

  it('remembers whether a word was quoted, escaped or put after --', () => {
    const quoted = tree(`x a 'b' \\c d"" -- e`).stages[0].tokens.map(
      (t) => t.kind === 'word' && t.value.kind === 'text' && t.value.quoted,
    )
    expect(quoted).toEqual([false, false, true, true, true, true])
  })

  it('knows where every token stands', () => {
    const line = `deploy "a b" --to=$x | raw > #ops`
    const { stages, redirects } = tree(line)
    const places = [...stages.flatMap((s) => [s, ...s.tokens]), ...redirects]
    expect(places.map(({ at, end }) => line.slice(at, end))).toEqual([
      'deploy "a b" --to=$x',
      'deploy',
      '"a b"',
      '--to=$x',
      'raw',
      'raw',
      '#ops',
    ])
  })
})

describe('variables', () => {
  it.each([
    ['x $a', [{ variable: ['a'] }]],
    [`x \${a.b[0]}`, [{ variable: ['a', 'b', 0] }]],
    [`x $a["a key"][7].b['c d'][e]`, [{ variable: ['a', 'a key', 7, 'b', 'c d', 'e'] }]],
    ['x $a-b $a.b-c $größe', [{ variable: ['a-b'] }, { variable: ['a', 'b-c'] }, { variable: ['größe'] }]],
    ['x $a-$b', [{ template: [['a'], '-', ['b']] }]],
    ['x $a. $a.$b', [{ template: [['a'], '.'] }, { template: [['a'], '.', ['b']] }]],
    ['x "$a"', [{ template: [['a']] }]],
    [`x pre"to $a.b, \${c["d"]}"'$e'`, [{ template: ['preto ', ['a', 'b'], ', ', ['c', 'd'], '$e'] }]],
    [
      'x --to=$a --note="hi $b" -n=$c[1]',
      [
        { option: 'to', value: { variable: ['a'] } },
        { option: 'note', value: { template: ['hi ', ['b']] } },
        { option: 'n', value: { variable: ['c', 1] } },
      ],
    ],
    ['x $__proto__.constructor', [{ variable: ['__proto__', 'constructor'] }]],
  ])('reads %j', (line, expected) => {
    expect(tokens(line)).toEqual(expected)
  })

  it.each([
    ['x "$"', '$'],
    ['x $5', '$'],
    ['x "a $ b"', '$'],
    ['x "$?"', '$'],
    [`x \${a`, `\${`],
    [`x \${}`, `\${}`],
    [`x \${a:-b}`, `\${a:-b}`],
    ['x $a[-1]', '['],
    ['x $a[]', '['],
    ['x $a[1234567890123456]', '['],
    ['x "$a["b"]"', '['],
    ['x $a["\\q"]', '['],
  ])('refuses %j and marks %j', (line, marked) => {
    expect(refusal(line)?.marked).toBe(marked)
  })
})

describe('options', () => {
  it.each([
    [
      'x --env=prod --env prod --no-force',
      [
        { option: 'env', value: 'prod' },
        { option: 'env', value: null },
        word('prod'),
        { option: 'no-force', value: null },
      ],
    ],
    [
      'x -f -f=1 -f 1',
      [{ option: 'f', value: null }, { option: 'f', value: '1' }, { option: 'f', value: null }, word('1')],
    ],
    [
      `x --note="it's fine" --n="" --m=a=b --k=-c`,
      [
        { option: 'note', value: "it's fine" },
        { option: 'n', value: '' },
        { option: 'm', value: 'a=b' },
        { option: 'k', value: '-c' },
      ],
    ],
    ['x -- --env -f -', [word('--env'), word('-f'), word('-')]],
    ['x -5 -1.5 -.5', [word('-5'), word('-1.5'), word('-.5')]],
    [`x '--env' \\-f "-"`, [word('--env'), word('-f'), word('-')]],
  ])('reads %j', (line, expected) => {
    expect(tokens(line)).toEqual(expected)
  })

  it.each([
    ['x -', '-'],
    ['x -abc', '-abc'],
    ['x --a,b=1', '--a,b'],
    ['x --$a', '--$a'],
    ['x --"a"', '--"a"'],
    ['x --=1', '--'],
    ['x ---', '---'],
    ['x -b=', '-b='],
    ['x --n= bar', '--n='],
  ])('refuses %j and marks %j', (line, marked) => {
    expect(refusal(line)?.marked).toBe(marked)
  })
})

describe('stages', () => {
  it('splits at every unquoted pipe, with or without white space', () => {
    expect(tree(`a|b 'c|d' \\| |e`).stages).toHaveLength(3)
  })

  it.each([
    'deploy',
    'pack:install',
    'a:b:c',
    'Foo-bar_1',
    ':+1:',
    ':tada:',
    '(smile)',
    'site:(pageme)',
    '🍕',
    '!!',
    '!3',
  ])('takes %j as a name', (name) => {
    expect(refusal(name)).toBeNull()
  })

  it.each([
    ['', ''],
    [' \n ', ''],
    ['|', '|'],
    ['a |', '|'],
    ['a | | b', '|'],
    ['> me', '>'],
    ['a | > me', '|'],
    ["'echo' a", "'echo'"],
    ['ec\\ho', 'ec\\ho'],
    ['$x a', '$x'],
    ['--force x', '--force'],
    ['/deploy', '/'],
    [':deploy x', ':deploy'],
    ['foo: bar', 'foo:'],
    ['a:b:c:d', 'a:b:c:d'],
    ['ḣëllṏ', 'ḣëllṏ'],
    ['1foo', '1foo'],
  ])('refuses %j and marks %j', (line, marked) => {
    expect(refusal(line)?.marked).toBe(marked)
  })
})

describe('redirects', () => {
  it.each([
    ['a > #ops', [{ to: '#ops' }]],
    ['a >me *> here thread @ada > #x', [{ to: 'me' }, { to: 'here' }, { to: 'thread' }, { to: '@ada' }, { to: '#x' }]],
    [
      `a *> $room "#\${rooms[0]}" 'ops'`,
      [{ to: { variable: ['room'] } }, { to: { template: ['#', ['rooms', 0]] } }, { to: 'ops' }],
    ],
  ])('reads %j', (line, expected) => {
    const seam = toSeam(parsePipeline(line))
    expect(seam.ok && seam.redirects).toEqual(expected)
  })

  it.each([
    ['a >', '>'],
    ['a *>', '*>'],
    ['a > > me', '>'],
    ['a > me | b', '|'],
    ['a > me #ops', '#ops'],
    ['a > me --loud', '--loud'],
    ['a *> me --', '--'],
    ['a > ops', 'ops'],
    ['a > #', '#'],
  ])('refuses %j and marks %j', (line, marked) => {
    expect(refusal(line)?.marked).toBe(marked)
  })
})

describe('what a shell would do and Pawl does not', () => {
  it.each([
    ['a && b', '&&'],
    ['a&&b', '&&'],
    ['a || b', '||'],
    ['a||b', '||'],
    ['a ; b', ';'],
    ['a; b', ';'],
    ['a b;c', ';'],
    ['a &', '&'],
    ['a b& c', '&'],
    ['a |& b', '&'],
    ['a >> me', '>>'],
    ['a b>>me', '>>'],
    ['a *>> me', '>>'],
    ['a < me', '<'],
    ['a <<x', '<'],
    ['a `b`', '`'],
    ['a "`b`"', '`'],
    ['a $(b)', '$('],
    ['a "$(b)"', '$('],
    ['a b 2>&1', '>&'],
    ['a &> me', '&>'],
  ])('refuses %j, marks %j and says to quote it', (line, marked) => {
    const refused = refusal(line)
    expect(refused?.marked).toBe(marked)
    expect(refused?.message).toMatch(/quotes|\\`/)
  })

  it('takes every one of them as text in single quotes', () => {
    expect(tokens("a '&& || ; & >> < ` $( > *> |'")).toEqual([word('&& || ; & >> < ` $( > *> |')])
  })
})

describe('any text at all', () => {
  const scraps = fc.array(
    fc.constantFrom(...Array.from(' \t\n\'"\\$|&;<>`*-=.[]{}()#@a0:!—“”'), '--', `\${`, '$x', '😀', '\ud800', 'me'),
    { maxLength: 40 },
  )

  it('gets an answer whose place lies within the line', () => {
    const line = fc.oneof(
      fc.string({ unit: 'binary' }),
      scraps.map((s) => `a ${s.join('')}`),
    )
    const platform = fc.constantFrom('slack' as const, 'discord' as const, 'plain' as const)
    fc.assert(
      fc.property(line, platform, (text, from) => {
        const result = parsePipeline(text, { platform: from })
        if (result.ok) return
        const { at, end, message } = result.error
        expect(0 <= at && at <= end && end <= result.line.length).toBe(true)
        expect(message).not.toBe('')
      }),
      { numRuns: 1_000 },
    )
  })

  it('is refused as too long one character over the limit, and not at it', () => {
    const longest = `echo ${'a'.repeat(MAX_LINE_LENGTH - 5)}`
    expect(refusal(longest)).toBeNull()
    expect(refusal(`${longest}a`)?.message).toContain(`${MAX_LINE_LENGTH}`)
  })
})
