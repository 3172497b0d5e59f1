/**
 * Uses of built-in commands that nobody here wrote: those of Cog's suites that were executed, through `pawl run`, the real
 * worker. The cases stay outside the repository (`PAWL_CONFORMANCE`, or ../shared/conformance). Cog's administration commands,
 * whose names and answers are its own, are not among them.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'

const ROOT = path.join(import.meta.dirname, '../..')
const FILE = path.join(
  process.env.PAWL_CONFORMANCE ?? path.join(ROOT, '../shared/conformance'),
  'cog/builtin_cases.json',
)

/** Starting the worker and some hundred runs. */
const RUN_MS = 180_000

interface CogOutcome {
  /** Records; `{ body: […] }` is how Cog writes text. */
  results?: Record<string, unknown>[]
  /** Anything else (error, parseError, abort) is a refusal. */
  [how: string]: unknown
}

interface Case {
  id: string
  input: string | string[]
  given?: { 'tee store'?: Record<string, unknown> } | string
  expectOutput: CogOutcome | CogOutcome[]
  note: string
  /** False where the case was only read from Cog's sources: its administration commands. */
  executed: boolean
}

type Answer =
  | { ok: true; run: string; records: Record<string, unknown>[] }
  | { ok: false; run: string; error: { code: string; message: string } }

type Expected = Record<string, unknown>[] | 'refused'

/** Where ours does otherwise: case, what ours gives (for its last line), which words of the law or of the cases' README. */
const DIFFERENCES: ReadonlyMap<string, { ours: Expected; because: string }> = new Map([
  difference('echo-4', [{ value: '1 2.50 true x  y' }], '1.10 and 007 stay as typed where text is wanted'),
  difference('seed-7', [{ value: 5 }], 'a scalar becomes { "value": … }'),
  difference('seed-9', [{ value: 1 }, { value: 2 }], 'a scalar becomes { "value": … }'),
  difference('filter-25', [{ k: 1 }, { k: 12 }], "values are read by the schema's JSON type: 1 is a pattern"),
  difference('count-6', [{ value: 1 }], 'aggregates see the whole list: count of one is 1'),
  difference('max-6', [{ a: 1 }], 'missing never matches: a record without the field is not the greatest'),
  difference('abort-7', [{ foo: false }], 'abort-when false does not abort'),
  difference('sleep-3', [{ slept: '1' }], "values are typed by the schema and not by their looks: '1' is a second"),
  difference('tee-7', 'refused', 'a name is what was typed: characters that no name has are refused, never dropped'),
  difference('tee-9', [{ a: 1 }], "values are read by the schema's JSON type: 5 is a name"),
  difference('exec-15', 'refused', 'what a shell would do and Pawl does not (&&) is refused'),
])

function difference(id: string, ours: Expected, because: string): [string, { ours: Expected; because: string }] {
  return [id, { ours, because }]
}

/** The lines of a case: first those that bring about what is given, then Cog's own, with our names. */
function linesOf({ input, given }: Case): string[] {
  const saved = typeof given === 'object' ? Object.entries(given['tee store'] ?? {}) : []
  const setUp = saved.map(([name, value]) => `seed '${JSON.stringify(value)}' | tee ${name}`)
  return [...setUp, ...[input].flat().map((line) => line.replaceAll('operable:', ''))]
}

/** Every line through one process and one worker, as a user of the seam would. */
function runAll(lines: string[]): Answer[] {
  const folder = mkdtempSync(path.join(tmpdir(), 'pawl-builtins-'))
  try {
    const { stdout, stderr, status } = spawnSync(process.execPath, ['cli/pawl.ts', 'run', '--persist-to', folder], {
      cwd: ROOT,
      input: lines.map((line) => `${JSON.stringify(line)}\n`).join(''),
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    })
    if (status !== 0) throw new Error(`pawl run ended with ${status}: ${stderr}`)
    return stdout
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function expectedOf({ results }: CogOutcome): Expected {
  if (results === undefined) return 'refused'
  return results.map((record) => {
    if (!Array.isArray(record.body)) return record
    const [only] = record.body
    return { value: record.body.length === 1 ? only : record.body.join('\n') }
  })
}

function givenBy(answer: Answer | undefined): unknown {
  return answer?.ok ? answer.records : 'refused'
}

function suite(): void {
  const cases = (JSON.parse(readFileSync(FILE, 'utf8')) as Case[]).filter(({ executed }) => executed)
  const lines = cases.map(linesOf)
  let answers: Answer[][] = []

  it('are answered line for line', { timeout: RUN_MS }, () => {
    const all = runAll(lines.flat())
    expect(all).toHaveLength(lines.flat().length)
    let from = 0
    answers = lines.map(({ length }) => {
      from += length
      return all.slice(from - length, from)
    })
  })

  it('hold every case that is listed as a difference', () => {
    const ids = new Set(cases.map(({ id }) => id))
    expect([...DIFFERENCES.keys()].filter((id) => !ids.has(id))).toEqual([])
  })

  cases.forEach(({ id, input, expectOutput, note }, i) => {
    const differs = DIFFERENCES.get(id)
    const outcomes = [expectOutput].flat().map(expectedOf)
    if (differs !== undefined) {
      it(`${id}: ${JSON.stringify(input)} is answered otherwise: ${differs.because}`, () => {
        expect(givenBy(answers[i]?.at(-1))).toEqual(differs.ours)
        expect(outcomes.at(-1)).not.toEqual(differs.ours)
      })
      return
    }
    it(`${id}: ${JSON.stringify(input)} is answered as Cog answers it (${note})`, () => {
      expect(answers[i]?.slice(-outcomes.length).map(givenBy)).toEqual(outcomes)
    })
  })
}

if (existsSync(FILE)) describe("Cog's built-in commands", suite)
else it.skip(`Cog's built-in commands: not run, ${FILE} is missing (set PAWL_CONFORMANCE)`, () => {})
