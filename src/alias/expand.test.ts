import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { defineCommand } from '../command/define.ts'
import { createRegistry } from '../command/registry.ts'
import { parsePipeline } from '../language/parse.ts'
import { printPipeline } from '../language/print.ts'
import type { Pipeline } from '../language/tree.ts'
import { expandPipeline, namesToExpand } from './expand.ts'

function command<K extends string>(name: K) {
  return defineCommand({
    name,
    summary: 'For the test',
    options: { words: z.array(z.string()).default([]).describe('Words') },
    effects: 'read',
    rules: [`when command is ${name.replaceAll(' ', ':')} allow`],
    handler: () => null,
  })
}

const registry = createRegistry(
  ['deploy', 'echo', 'pack', 'pack install', 'raw'].map((name) => ({ file: name, command: command(name) })),
)

function read(line: string): Pipeline {
  const parsed = parsePipeline(line)
  if (!parsed.ok) throw new Error(`${line}: ${parsed.error.message}`)
  return parsed.pipeline
}

/** The line as it runs, or the refusal. */
function expand(line: string, aliases: { readonly [name: string]: string }): string {
  const texts = new Map(Object.entries(aliases))
  const expansion = expandPipeline(read(line), { registry, textOf: (name) => texts.get(name) ?? null })
  return expansion.ok ? printPipeline(expansion.pipeline) : expansion.message
}

describe('expansion', () => {
  it.each([
    ['d web', 'deploy web --env=staging'],
    ['d web prod', 'deploy web --env=prod'],
    ['d --env prod web', 'deploy web --env=prod'],
    ['d --env=prod --app=web', 'deploy web --env=prod'],
    ['echo a | d web', 'echo a | deploy web --env=staging'],
    ['d web > me', 'deploy web --env=staging > me'],
    ['d $x', 'deploy $x --env=staging'],
    ['d "$x:1"', `deploy "\${x}:1" --env=staging`],
    ['d web ""', "deploy web --env=''"],
  ])('writes %s as %s', (line, written) => {
    expect(expand(line, { d: 'deploy {{app}} --env={{env=staging}}' })).toBe(written)
  })

  it.each([
    ['d', 'needs app'],
    ['d a b c', 'one word too many'],
    ['d a b c e', '2 words too many'],
    ['d a --app b', 'app'],
    ['d --app a --app b', 'twice'],
    ['d a --force', 'has no option --force'],
    ['d a -f', 'has no option -f'],
    ['d --app', 'needs a value after --app'],
  ])('refuses %s and shows how it is typed', (line, why) => {
    const answer = expand(line, { d: 'deploy {{app}} {{env=staging}}' })
    if (line === 'd a --app b') expect(answer).toBe('deploy b a')
    else {
      expect(answer).toContain(why)
      expect(answer).toContain('Write: d <app> [<env=staging>]')
    }
  })

  it('takes nothing in an earlier line for a parameter: what is typed behind it is appended', () => {
    const past = `echo 'deploy {{app}}' "{{env=staging}}" "\${x} {{y}}"`
    expect(expand('!!', { '!!': past })).toBe(`echo 'deploy {{app}}' '{{env=staging}}' "\${x} {{y}}"`)
    expect(expand('!2 --app web {{z}}', { '!2': 'echo {{app}} > me' })).toBe('echo {{app}} --app web {{z}} > me')
  })

  it('takes parameters that must be given before those with a default, wherever they stand', () => {
    expect(expand('d web', { d: 'deploy --env={{env=staging}} {{app}}' })).toBe('deploy --env=staging web')
  })

  it('fills in a parameter inside text, quotes and templates, and its one default everywhere', () => {
    const aliases = { d: `echo {{a=x}}-{{a}} 'in {{a}}' "of $y {{a}}"` }
    expect(expand('d', aliases)).toBe(`echo x-x 'in x' "of \${y} x"`)
    expect(expand('d $v', aliases)).toBe(`echo "\${v}-\${v}" "in \${v}" "of \${y} \${v}"`)
  })

  it('fills in where the answer goes', () => {
    expect(expand('d "#ops"', { d: 'echo hi > "{{where=me}}"' })).toBe(`echo hi > '#ops'`)
    expect(expand('d', { d: 'echo hi > "{{where=me}}"' })).toBe(`echo hi > 'me'`)
  })

  it('puts what is typed behind an alias without parameters to its last stage', () => {
    expect(expand('d two --three', { d: 'echo one | echo' })).toBe('echo one | echo two --three')
    expect(expand('d two', { d: 'echo one > me' })).toBe('echo one two > me')
  })

  it('never makes an argument a part of a name', () => {
    expect(expand('p install', { p: 'pack {{x}}' })).toBe("pack 'install'")
    expect(expand('p install', { p: 'pack' })).toBe("pack 'install'")
    expect(expand('p other', { p: 'pack {{x}}' })).toBe('pack other')
  })

  it('leaves alone what is a command, whatever alias has its name', () => {
    expect(expand('echo a | pack install b', { echo: 'raw', pack: 'raw' })).toBe('echo a | pack install b')
  })

  it('leaves alone what is neither, and names it for the look-up', () => {
    expect(expand('nosuch a | echo', {})).toBe('nosuch a | echo')
    expect(namesToExpand(read('nosuch a | echo | other | nosuch'), registry)).toEqual(['nosuch', 'other'])
  })

  it('tells the names that it used, outermost first', () => {
    const texts = new Map([
      ['a', 'b | c'],
      ['b', 'c'],
      ['c', 'echo'],
    ])
    const expansion = expandPipeline(read('a'), { registry, textOf: (name) => texts.get(name) ?? null })
    expect(expansion).toMatchObject({ ok: true, used: ['a', 'b', 'c'] })
  })

  it('ends at five aliases deep, at ten stages, and at a line of 10,000 characters', () => {
    const chain = Object.fromEntries([1, 2, 3, 4, 5].map((i) => [`a${i + 1}`, `a${i}`]))
    expect(expand('a5', { ...chain, a1: 'echo' })).toBe('echo')
    expect(expand('a6', { ...chain, a1: 'echo' })).toContain('at most 5 deep')
    expect(expand('t', { t: 'f | f', f: 'raw|raw|raw|raw|raw' })).toBe(Array(10).fill('raw').join(' | '))
    expect(expand('t | raw', { t: 'f | f', f: 'raw|raw|raw|raw|raw' })).toContain('more than 10 stages')
    const twice = { d: 'echo {{x}}{{x}}' }
    expect(expand(`d ${'y'.repeat(5_000)}`, twice)).toBe(`echo ${'y'.repeat(10_000)}`)
    expect(expand(`d ${'y'.repeat(5_001)}`, twice)).toContain('more than 10000 characters')
  })

  it('takes a moment for aliases that grow at every level', () => {
    const holes = '{{x}}'.repeat(190)
    const bomb = Object.fromEntries([2, 3, 4, 5].map((i) => [`b${i}`, `b${i - 1} ${holes}`]))
    const started = performance.now()
    expect(expand(`b5 ${'y'.repeat(9_000)}`, { ...bomb, b1: `echo ${holes}` })).toContain('more than 10000')
    expect(
      expand(
        'w5',
        Object.fromEntries(
          [1, 2, 3, 4, 5].map((i) => [
            `w${i}`,
            Array(10)
              .fill(i === 1 ? 'raw' : `w${i - 1}`)
              .join('|'),
          ]),
        ),
      ),
    ).toContain('more than 10 stages')
    expect(performance.now() - started).toBeLessThan(1_000)
  })

  it('refuses an alias that stands for itself', () => {
    expect(expand('a', { a: 'b', b: 'echo | a' })).toBe('The alias a stands for itself: a → b → a.')
  })

  it('lets an alias say where its answer goes only as the whole line', () => {
    const aliases = { out: 'echo hi > me', o2: 'out' }
    expect(expand('o2', aliases)).toBe('echo hi > me')
    for (const line of ['out | raw', 'raw | out', 'out > here', 'raw | o2'])
      expect(expand(line, aliases)).toContain('can only be a whole line')
  })

  it('keeps whatever is given a single word: no text becomes syntax', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' })), (text) => {
        const word = { kind: 'word' as const, value: { kind: 'text' as const, text, quoted: true }, at: 0, end: 0 }
        const call = read('d')
        const line: Pipeline = {
          stages: [{ ...call.stages[0], tokens: [...call.stages[0].tokens, word] }],
          redirects: [],
        }
        const expansion = expandPipeline(line, { registry, textOf: () => 'echo {{x}} | raw --of={{x}}' })
        if (!expansion.ok) throw new Error(expansion.message)
        const again = read(printPipeline(expansion.pipeline))
        const values = again.stages.flatMap(({ tokens }) => tokens.slice(1).map(({ value }) => value))
        expect(again.redirects).toEqual([])
        expect(values.map((value) => value?.kind === 'text' && value.text)).toEqual([text, text])
      }),
    )
  })
})
