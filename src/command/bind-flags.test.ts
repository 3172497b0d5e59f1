import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import type { Json } from '../json.ts'
import type { Token, Value } from '../language/tree.ts'
import { bindStage, bindTyped } from './bind.ts'
import { noRecord } from './bind-values.ts'
import { defineCommand } from './define.ts'
import { BECAUSE_MAX } from './flags.ts'

const deploy = defineCommand({
  name: 'deploy',
  summary: 'Deploy',
  options: {
    service: z.string().min(1).describe('Service'),
    env: z.enum(['staging', 'prod']).describe('Where to'),
    count: z.int().default(1).describe('How many').meta({ short: 'c' }),
    force: z.boolean().default(false).describe('Skip the check').meta({ short: 'f' }),
    tags: z.array(z.string()).default([]).describe('Tags'),
  },
  effects: 'write',
  rules: ['when command is deploy allow'],
  handler: () => null,
})

const say = defineCommand({
  name: 'say',
  summary: 'Say',
  options: { text: z.string().meta({ rest: true }).describe('Text') },
  effects: 'read',
  rules: ['when command is say allow'],
  handler: () => null,
})

const place = { at: 0, end: 0 }
const text = (value: string): Value => ({ kind: 'text', text: value, quoted: true })
const word = (value: string): Token => ({ ...place, kind: 'word', value: text(value) })
const long = (name: string, value: string | null = null): Token => ({
  ...place,
  kind: 'option',
  name,
  long: true,
  value: value === null ? null : text(value),
})
const short = (name: string): Token => ({ ...place, kind: 'option', name, long: false, value: null })

/** Pieces of a line that hold together: an option and its value stand side by side. */
const pieces = fc.array(
  fc.oneof(
    fc.stringMatching(/^[a-z]{0,4}$/).map((value) => [word(value)]),
    fc.constantFrom('staging', 'prod', '3').map((value) => [word(value)]),
    fc.constantFrom('staging', 'moon').map((value) => [long('env', value)]),
    fc.constant([long('env'), word('prod')]),
    fc.integer().map((value) => [short('c'), word(String(value))]),
    fc.constantFrom('force', 'no-force', 'forse').map((name) => [long(name)]),
    fc.constant([short('f')]),
    fc.stringMatching(/^[a-z]{1,3}$/).map((value) => [long('tags', value)]),
  ),
  { maxLength: 7 },
)
const reason = fc.stringMatching(/^[a-z][a-z ]{0,20}[a-z]$/)

describe('flags', () => {
  it('anywhere among the pieces of a line never change what is bound, or what is wrong with it', () => {
    fc.assert(
      fc.property(
        pieces,
        fc.subarray(['form', 'dry-run', 'why']),
        reason,
        fc.infiniteStream(fc.nat()),
        (line, flags, why, at) => {
          const bare = bindStage(deploy, line.flat(), noRecord)
          const mixed = [...line]
          for (const flag of flags) {
            const written =
              flag !== 'why' ? [long(flag)] : at.next().value % 2 ? [long('why', why)] : [long('why'), word(why)]
            mixed.splice(at.next().value % (mixed.length + 1), 0, written)
          }
          const flagged = bindStage(deploy, mixed.flat(), noRecord)
          expect({ ...flagged, flags: null }).toEqual({ ...bare, flags: null })
          expect(flagged.flags).toEqual({
            form: flags.includes('form'),
            dryRun: flags.includes('dry-run'),
            because: flags.includes('why') ? why : null,
          })
        },
      ),
    )
  })

  it('belong to the text where a command takes the rest as it was typed', () => {
    const bound = bindStage(
      say,
      [{ ...place, kind: 'word', value: { kind: 'text', text: 'x', quoted: false } }, long('dry-run')],
      noRecord,
    )
    expect(bound).toMatchObject({ ok: true, args: { text: 'x --dry-run' }, flags: { dryRun: false } })
  })

  it.each([
    [[long('dry-run', 'yes')], '--dry-run takes no value'],
    [[long('form', 'x')], '--form takes no value'],
    [[long('help', 'x')], '--help takes no value'],
    [[long('why')], '--why needs the reason'],
    [[long('why', ' ')], '--why needs the reason'],
    [[long('why', 'x'.repeat(BECAUSE_MAX + 1))], '--why needs the reason'],
    [[long('why', 'a'), long('why', 'b')], '--why is given twice'],
  ])('are refused where they make no sense: %#', (flags, message) => {
    const bound = bindStage(deploy, [word('web'), word('prod'), ...flags], noRecord)
    expect(bound.ok ? [] : bound.problems.map((problem) => problem.message)).toEqual([expect.stringContaining(message)])
  })

  it('take the longest reason that fits, and never a variable', () => {
    const longest = 'x'.repeat(BECAUSE_MAX)
    expect(bindStage(deploy, [word('web'), word('prod'), long('why', longest)], noRecord)).toMatchObject({
      ok: true,
      flags: { because: longest },
    })
    const variable: Token = { ...place, kind: 'word', value: { kind: 'variable', path: ['x'] } }
    const bound = bindStage(deploy, [word('web'), word('prod'), long('why'), variable], () => ({
      ok: true,
      value: 'x',
    }))
    expect(bound.ok).toBe(false)
  })

  it('are kept without the tokens in a reason, typed on a line or by a platform, cut only after they are masked', () => {
    const token = ['ghp', 'aB3dE5fG7hJ9kL1mN0pQaB3dE5fG7hJ9kL1mN0'].join('_')
    expect(bindStage(deploy, [word('web'), word('prod'), long('why', `use ${token}`)], noRecord)).toMatchObject({
      ok: true,
      flags: { because: 'use [secret]' },
    })
    const typed = `${'x '.repeat(BECAUSE_MAX / 2 - 5)}${token}`
    const given: readonly (readonly [string, Json])[] = [
      ['service', 'web'],
      ['env', 'prod'],
      ['why', typed],
    ]
    const bound = bindTyped(deploy, new Map<string, Json>(given))
    expect(bound.flags.because).toBe(`${'x '.repeat(BECAUSE_MAX / 2 - 5)}[secret]`)
  })

  it('are taken where a platform has typed them, and mean the same', () => {
    const typed = (extra: readonly (readonly [string, Json])[]) =>
      bindTyped(deploy, new Map<string, Json>([['service', 'web'], ['env', 'prod'], ...extra]))
    expect(
      typed([
        ['dry-run', true],
        ['why', ' the shop is down '],
      ]),
    ).toMatchObject({
      ok: true,
      flags: { dryRun: true, because: 'the shop is down' },
    })
    expect(
      typed([
        ['dry-run', false],
        ['why', ' '],
      ]),
    ).toMatchObject({ ok: true, flags: { dryRun: false, because: null } })
    expect(typed([['dry-run', 'yes']])).toMatchObject({ ok: false })
  })
})
