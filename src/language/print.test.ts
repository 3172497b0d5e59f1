import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parsePipeline } from './parse.ts'
import { line, printPipeline } from './print.ts'
import type { Path, Pipeline, Place, Redirect, Token, Value } from './tree.ts'

/** A tree as JSON, positions left out. */
function shape(pipeline: Pipeline): unknown {
  return JSON.parse(JSON.stringify(pipeline, (key, value) => (key === 'at' || key === 'end' ? undefined : value)))
}

function read(line: string): Pipeline {
  const result = parsePipeline(line)
  if (!result.ok) throw new Error(`${line}: ${result.error.message}`)
  return result.pipeline
}

const NOWHERE: Place = { at: 0, end: 0 }
const anyText = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.constantFrom(...'\'"\\$`\n\r|>&;<-'))
const key = fc.oneof(fc.stringMatching(/^[a-z_][a-z0-9_]{0,5}$/), anyText)
const path: fc.Arbitrary<Path> = fc
  .tuple(
    fc.stringMatching(/^[a-z_][a-z0-9]{0,5}(-[a-z0-9]{1,3})?$/),
    fc.array(fc.oneof(key, fc.nat(999)), { maxLength: 4 }),
  )
  .map(([name, steps]) => [name, ...steps])
const bareText = fc
  .stringMatching(/^[a-zA-Z0-9#@.,:=/?!*][a-zA-Z0-9#@.,:=/?!*>-]{0,8}$/)
  .filter((t) => !/^\*>|>>/.test(t))

/** Pieces as the parser makes them: texts neither empty nor side by side, and at least one variable. */
const template: fc.Arbitrary<Value> = fc
  .tuple(path, fc.array(fc.oneof(path, anyText), { maxLength: 5 }))
  .map(([first, rest]) => {
    const pieces = [first, ...rest].filter((p) => p !== '')
    return {
      kind: 'template',
      pieces: pieces.filter((p, i) => typeof p !== 'string' || typeof pieces[i - 1] !== 'string'),
    }
  })
const value: fc.Arbitrary<Value> = fc.oneof(
  bareText.map((text) => ({ kind: 'text' as const, text, quoted: false })),
  anyText.map((text) => ({ kind: 'text' as const, text, quoted: true })),
  path.map((p) => ({ kind: 'variable' as const, path: p })),
  template,
)
const token: fc.Arbitrary<Token> = fc.oneof(
  value.map((v) => ({ kind: 'word' as const, value: v, ...NOWHERE })),
  fc
    .tuple(fc.stringMatching(/^[a-z][a-z0-9-]{0,6}$/), fc.option(value))
    .map(([name, v]) => ({ kind: 'option' as const, name, long: true, value: v, ...NOWHERE })),
  fc
    .tuple(fc.stringMatching(/^[a-z]$/), fc.option(value))
    .map(([name, v]) => ({ kind: 'option' as const, name, long: false, value: v, ...NOWHERE })),
)
const name: Token = { kind: 'word', value: { kind: 'text', text: 'pack:install', quoted: false }, ...NOWHERE }
const stage = fc.array(token, { maxLength: 5 }).map((tokens) => ({ tokens: [name, ...tokens], ...NOWHERE }))
const redirect: fc.Arbitrary<Redirect> = fc
  .tuple(
    value.filter((v) => v.kind !== 'text' || v.quoted || /^[#@]./.test(v.text)),
    fc.boolean(),
  )
  .map(([to, all]) => ({ to, all, ...NOWHERE }))
const pipeline: fc.Arbitrary<Pipeline> = fc
  .tuple(stage, fc.array(stage, { maxLength: 3 }), fc.array(redirect, { maxLength: 4 }))
  .map(([first, rest, redirects]) => ({ stages: [first, ...rest], redirects }))

describe('printPipeline', () => {
  it('writes what the parser reads as the same tree', () => {
    fc.assert(
      fc.property(pipeline, (tree) => {
        expect(shape(read(printPipeline(tree)))).toEqual(shape(tree))
      }),
      { numRuns: 1_000 },
    )
  })

  it('keeps the meaning of any line that parses', () => {
    const scraps = fc.constantFrom(
      ...Array.from(` '"\\$|&>*-=.[]#@a0`),
      '--',
      ' | a',
      ' > me',
      '$x',
      `\${y.z}`,
      '"b c"',
      '=-',
    )
    fc.assert(
      fc.property(fc.array(scraps, { maxLength: 12 }), (parts) => {
        const result = parsePipeline(`a ${parts.join('')}`)
        if (!result.ok) return
        expect(shape(read(printPipeline(result.pipeline)))).toEqual(shape(result.pipeline))
      }),
      { numRuns: 3_000 },
    )
  })

  it.each([
    [`seed '[1]'|sort   a  > #ops`, `seed '[1]' | sort a > #ops`],
    [`x a\\ b "it's" --note=c$d`, `x 'a b' "it's" --note="c\${d}"`],
    ['x -- -f', `x '-f'`],
    ['x *> me #ops > $room["a b"]', 'x *> me #ops > $room["a b"]'],
  ])('writes %j as %j', (line, printed) => {
    expect(printPipeline(read(line))).toBe(printed)
  })

  it('writes any text that a tree calls unquoted so that it is read as that text, the empty one too', () => {
    const unquoted = fc.oneof(fc.constant(''), anyText)
    const tokens = (text: string): Token[] => {
      const v: Value = { kind: 'text', text, quoted: false }
      const option = (long: boolean): Token => ({ kind: 'option', name: 'n', long, value: v, ...NOWHERE })
      return [name, { kind: 'word', value: v, ...NOWHERE }, option(true), option(false)]
    }
    fc.assert(
      fc.property(unquoted, (text) => {
        const again = read(printPipeline({ stages: [{ tokens: tokens(text), ...NOWHERE }], redirects: [] }))
        expect(again.stages[0].tokens.map(({ kind, value: v }) => [kind, v?.kind === 'text' && v.text])).toEqual([
          ['word', 'pack:install'],
          ['word', text],
          ['option', text],
          ['option', text],
        ])
      }),
      { numRuns: 1_000 },
    )
  })

  it('quotes text that a tree calls unquoted but that could not stand bare', () => {
    const tokens: Token[] = [
      name,
      { kind: 'word', value: { kind: 'text', text: 'a | rm --all', quoted: false }, ...NOWHERE },
    ]
    expect(printPipeline({ stages: [{ tokens, ...NOWHERE }], redirects: [] })).toBe(`pack:install 'a | rm --all'`)
  })
})

describe('line', () => {
  const values = fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary' }),
    fc.constantFrom("x' | rule list", '--env', '$a', ''),
  )

  it('puts each value into one word, whatever it contains', () => {
    fc.assert(
      fc.property(values, values, (one, two) => {
        const { stages, redirects } = read(line`deploy ${one} --env=${two}`)
        expect(redirects).toEqual([])
        expect(stages).toHaveLength(1)
        const given = stages[0].tokens.map(({ value }) => value?.kind === 'text' && value.text)
        expect(given).toEqual(['deploy', one, two])
      }),
    )
  })

  it('leaves plain values as they are', () => {
    expect(line`deploy ${'web'} --count=${3} ${true}`).toBe('deploy web --count=3 true')
  })
})
