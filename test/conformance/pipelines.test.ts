/**
 * Pipelines that nobody here wrote: the command lines of Cog's suites, through `pawl parse`. The cases stay outside the
 * repository (`PAWL_CONFORMANCE`, or ../shared/conformance); Cog's reading of each is mapped onto the seam's shape.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import type { SeamAnswer } from '../../src/language/seam.ts'

const ROOT = path.join(import.meta.dirname, '../..')
const FILE = path.join(
  process.env.PAWL_CONFORMANCE ?? path.join(ROOT, '../shared/conformance'),
  'cog/pipeline_cases.json',
)

type Variable = { type: 'var'; name: string; ops: ({ key: string } | { index: number })[] }
type Literal = { type: 'int' | 'float' | 'bool' | 'string'; value: string | number | boolean }
type Template = { parts: (Variable | Literal)[] }
type CogValue = Variable | Literal | Template
interface CogStage {
  command: string
  args?: CogValue[]
  options?: { name: string; value: CogValue | null }[]
}
interface Case {
  id: string
  input: string
  valid: boolean
  note: string
  /** Cog's registry for this case; the parser has none. */
  resolver?: unknown
  expect?: { stages: CogStage[]; finalRedirect?: string[] }
}

type Ours = 'refused' | 'accepted' | 'read otherwise'

/** Where the law (../shared/language.md, section 1) orders another reading than Cog's: case, what ours does, which words of the law. */
const DIFFERENCES: ReadonlyMap<string, { ours: Ours; because: string }> = new Map([
  ...difference('refused', 'what a shell would do and Pawl does not is refused', [
    'pipe-03',
    'pipe-04',
    'gx-semicolon',
    'gx-or',
    'gx-append',
    'gx-redir-in',
  ]),
  ...difference('refused', 'a redirect stands only after the last stage', ['gx-redir-mid']),
  ...difference('refused', 'one > takes one target, *> takes several', ['redir-05', 'bind-25']),
  ...difference('refused', 'a target is not an option', ['gx-redir-opts']),
  ...difference('refused', 'a bare target is here, me, thread, #channel or @user', [
    'json-08',
    'redir-03',
    'redir-09',
    'aliasredir-04',
  ]),
  ...difference('refused', 'white space separates: --n= has no word', ['gx-opt-space-val', 'gx-opt-next-opt']),
  ...difference('refused', "'single' is literal, and no escape ends or continues it", ['json-11']),
  ...difference('accepted', 'an unquoted | always separates stages', ['gx-nospace-pipe']),
  ...difference('accepted', "'' is an empty word", ['gx-empty-str-sq']),
  ...difference('accepted', 'white space separates, line breaks included', ['gx-newline', 'gx-newline-pipe']),
  ...difference('accepted', '--name=word takes any word', ['gx-opt-dashval']),
  ...difference('read otherwise', 'an unquoted | always separates stages', ['gx-nospace-pipe2']),
  ...difference('read otherwise', 'white space, and only that, separates words', [
    'gx-newline-sp',
    'gx-arg-brackets',
    'gx-arg-dot',
  ]),
  ...difference('read otherwise', 'pieces side by side make one word', ['gx-adj-quotes', 'gx-opt-quote-join']),
  ...difference('read otherwise', '"double" interpolates $x', ['arg-20']),
  ...difference('read otherwise', '"double" knows \\" \\\\ \\$ \\n \\t', [
    'json-06',
    'json-07',
    'gx-var-esc',
    'gx-esc-dq',
    'gx-esc-n',
  ]),
  ...difference('read otherwise', "'single' is literal to the letter", ['bind-19', 'bind-20', 'bind-23']),
  ...difference('read otherwise', 'what chat clients did is undone', ['gx-nbsp', 'gx-smart']),
])

function difference(ours: Ours, because: string, ids: string[]): [string, { ours: Ours; because: string }][] {
  return ids.map((id) => [id, { ours, because }])
}

/** Every line through one process, as a user of the seam would. */
function parseAll(lines: string[]): SeamAnswer[] {
  const { stdout, stderr, status } = spawnSync(process.execPath, ['cli/pawl.ts', 'parse'], {
    cwd: ROOT,
    input: lines.map((line) => `${JSON.stringify(line)}\n`).join(''),
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`pawl parse ended with ${status}: ${stderr}`)
  return stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line))
}

/** Cog types a literal by its looks, the schema does it here: what was typed only has to look like that value. */
function sameValue(ours: unknown, cog: CogValue | null): boolean {
  if (cog === null) return ours === null
  if ('parts' in cog)
    return isDeepEqual(ours, { template: cog.parts.map((p) => (p.type === 'var' ? toPath(p) : p.value)) })
  if (cog.type === 'var') return isDeepEqual(ours, { variable: toPath(cog) })
  if (typeof cog.value === 'number') return typeof ours === 'string' && Number(ours) === cog.value
  return ours === String(cog.value)
}

function toPath({ name, ops }: Variable): (string | number)[] {
  return [name, ...ops.map((op) => ('key' in op ? op.key : op.index))]
}

function isDeepEqual(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

/** What in our answer is not Cog's reading; empty when they agree. Cog does not tell how options and words were mixed. */
function disagreements(answer: Extract<SeamAnswer, { ok: true }>, expected: NonNullable<Case['expect']>): string[] {
  const found: string[] = []
  const check = (same: boolean, what: string) => {
    if (!same) found.push(what)
  }
  check(answer.stages.length === expected.stages.length, 'number of stages')
  expected.stages.forEach(({ command, args = [], options = [] }, i) => {
    const [name, ...rest] = answer.stages[i]?.tokens ?? []
    const typed = name !== undefined && 'word' in name ? name.word : ''
    // Option cases name the command in full although the line does not.
    check(typed !== '' && `:${command}`.endsWith(`:${typed}`), `name of stage ${i + 1}`)
    const words = rest.filter((t) => !('option' in t)).map((t) => ('word' in t ? t.word : t))
    const ours = rest.filter((t) => 'option' in t)
    check(words.length === args.length && args.every((a, n) => sameValue(words[n], a)), `words of stage ${i + 1}`)
    check(
      ours.length === options.length &&
        options.every((o, n) => ours[n]?.option === o.name && sameValue(ours[n]?.value ?? null, o.value)),
      `options of stage ${i + 1}`,
    )
  })
  // In Cog's cases a target is one text, and a $ in it reads the record.
  const targets = answer.redirects.map(({ to }) =>
    typeof to === 'string' ? to.replaceAll('$', '\\$') : printTarget(to),
  )
  check(isDeepEqual(targets, expected.finalRedirect ?? []), 'redirects')
  return found
}

/** A target that reads the record, as Cog's cases write it: `$rooms[0]`, `#${room}`. */
function printTarget(to: { variable: readonly unknown[] } | { template: readonly unknown[] }): string {
  const written = ([name, ...steps]: readonly unknown[]) =>
    `${name}${steps.map((s) => (typeof s === 'number' ? `[${s}]` : `.${s}`)).join('')}`
  if ('variable' in to) return `$${written(to.variable)}`
  return to.template.map((p) => (Array.isArray(p) ? `\${${written(p)}}` : p)).join('')
}

function suite(): void {
  const cases: Case[] = JSON.parse(readFileSync(FILE, 'utf8'))
  const answers = parseAll(cases.map(({ input }) => input))

  it('are answered one for one', () => {
    expect(answers).toHaveLength(cases.length)
  })

  it('hold every case that is listed as a difference', () => {
    const ids = new Set(cases.map(({ id }) => id))
    expect([...DIFFERENCES.keys()].filter((id) => !ids.has(id))).toEqual([])
  })

  cases.forEach(({ id, input, valid, note, resolver, expect: expected }, i) => {
    const differs = DIFFERENCES.get(id)
    const answer = answers[i]
    if (differs !== undefined) {
      it(`${id}: ${JSON.stringify(input)} is ${differs.ours}: ${differs.because}`, () => {
        expect(answer?.ok).toBe(differs.ours !== 'refused')
        if (answer?.ok && expected !== undefined) expect(disagreements(answer, expected)).not.toEqual([])
        else expect(valid).toBe(differs.ours === 'refused')
      })
    } else if (resolver !== undefined) {
      it(`${id}: ${JSON.stringify(input)} can be read; which commands and aliases there are is not the parser's to say`, () => {
        expect(answer).toMatchObject({ ok: true })
      })
    } else if (expected !== undefined) {
      it(`${id}: ${JSON.stringify(input)} is read as Cog reads it (${note})`, () => {
        expect(answer).toMatchObject({ ok: true })
        expect(answer?.ok ? disagreements(answer, expected) : []).toEqual([])
      })
    } else {
      it(`${id}: ${JSON.stringify(input)} is refused as Cog refuses it (${note})`, () => {
        expect(valid).toBe(false)
        expect(answer).toMatchObject({ ok: false, error: { message: expect.any(String), at: expect.any(Number) } })
      })
    }
  })
}

if (existsSync(FILE)) describe("Cog's command lines", suite)
else it.skip(`Cog's command lines: not run, ${FILE} is missing (set PAWL_CONFORMANCE)`, () => {})
