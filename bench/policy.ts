/**
 * `npm run bench:policy [-- --json]`: decisions per second with 10,000 rules and 100,000 users, beside Cedar and casbin on the same questions
 * in one run, and what an admission reads of D1 with 10 and with 100,000 users. Ends with 1 when Pawl and Cedar answer differently,
 * when Pawl is less than ten times as fast, or when an admission reads more.
 */
import { parseArgs } from 'node:util'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { compilePolicy, decide } from '../src/policy/decide.ts'
import { askCasbin, prepareCasbin } from './policy-casbin.ts'
import { askCedar, cedarQuestion, prepareCedar, WHOLE } from './policy-cedar.ts'
import { countAdmissions } from './policy-rows.ts'
import { siteQuestions, siteRules, USERS } from './policy-site.ts'

export interface PolicyFigures {
  /** Decisions a second: all rules in one set, or a set for each command. */
  readonly pawl: number
  readonly cedarWhole: number
  readonly cedarSliced: number
  readonly casbin: number
  /** How many times as fast as the faster of Cedar's. */
  readonly timesCedar: number
  /** Answers that differ from Cedar's. */
  readonly differing: number
  readonly preparedMs: number
}

const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } })
const say = values.json ? () => {} : console.log

const ROUNDS = 7
const SEED = 7

/** Each engine is asked a beginning of the same list: the slower, the shorter. The fastest hears it several times a round. */
const QUESTIONS = { pawl: 4_000, sliced: 4_000, whole: 50, casbin: 30 }
const TIMES_A_ROUND = { pawl: 10, sliced: 1, whole: 1, casbin: 1 }

/** What issue 4 asks for. */
const TIMES_CEDAR = 10

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** Bytes in use: JavaScript's heap, and what WebAssembly has taken. */
function memory(): number {
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

interface Built<T> {
  readonly built: T
  readonly ms: number
  readonly mb: number
}

async function build<T>(work: () => T | Promise<T>): Promise<Built<T>> {
  collect()
  const before = memory()
  const start = performance.now()
  const built = await work()
  const ms = performance.now() - start
  collect()
  return { built, ms, mb: (memory() - before) / 2 ** 20 }
}

const rules = siteRules()
const questions = siteQuestions(QUESTIONS.pawl, SEED)
const asked = questions.map((question) => ({ ...question, cedar: cedarQuestion(question) }))
const commands = Map.groupBy(rules, ({ command }) => command)

const pawl = await build(() => compilePolicy('1', rules))
const sliced = await build(() => {
  for (const [command, its] of commands) prepareCedar(command, its)
})
// After the small sets, so that what reading it takes for a while is not lent to them.
const whole = await build(() => prepareCedar(WHOLE, rules))
const casbin = await build(() => prepareCasbin(rules))

/** Asks the first `count` questions and says how they were answered. */
type Ask = (count: number) => boolean[]
const first =
  <T>(list: readonly T[], answer: (one: T) => boolean): Ask =>
  (count) =>
    list.slice(0, count).map(answer)

const engines: Record<keyof typeof QUESTIONS, Ask> = {
  pawl: first(asked, ({ request }) => decide(pawl.built, request).allowed),
  sliced: first(asked, ({ request, cedar }) => askCedar(request.command, cedar)),
  whole: first(asked, ({ cedar }) => askCedar(WHOLE, cedar)),
  casbin: first(asked, (question) => askCasbin(casbin.built, question)),
}
const names = Object.keys(QUESTIONS) as (keyof typeof QUESTIONS)[]
const rates = new Map<string, number[]>(names.map((name) => [name, []]))
const answers = new Map<string, boolean[]>()
// No collection in between: V8 12.4 (Node 22) ends with "unreachable code" when the compiled calls into Cedar are thrown away by one.
for (let round = -2; round < ROUNDS; round++)
  for (const name of names) {
    const start = performance.now()
    for (let time = 0; time < TIMES_A_ROUND[name]; time++) answers.set(name, engines[name](QUESTIONS[name]))
    const seconds = (performance.now() - start) / 1_000
    // The first rounds warm the compiler up.
    if (round >= 0) rates.get(name)?.push((QUESTIONS[name] * TIMES_A_ROUND[name]) / seconds)
  }

/** Questions that both were asked and on which they differ. */
function differing(name: keyof typeof QUESTIONS): number {
  const ours = answers.get('pawl') ?? []
  return (answers.get(name) ?? []).filter((answer, i) => answer !== ours[i]).length
}

const median = (name: string) => {
  const sorted = [...(rates.get(name) ?? [])].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}
const shown = (value: number) => Math.max(0, Math.round(value)).toLocaleString('en')
const row = (...cells: readonly string[]) =>
  say(cells.map((cell, i) => (i === 0 ? cell.padEnd(34) : cell.padStart(14))).join(''))
const engineRow = (title: string, name: keyof typeof QUESTIONS, { ms, mb }: Built<unknown>) => {
  const spread = rates.get(name) ?? []
  const range = `${shown(Math.min(...spread))} to ${shown(Math.max(...spread))}`
  row(title, shown(median(name)), shown(QUESTIONS[name]), `${shown(ms)} ms`, `${shown(mb)} MB`, `  ${range}`)
}

say(`Node ${process.version}, ${shown(rules.length)} rules, ${shown(USERS)} users, median of ${ROUNDS} rounds`)
row('', 'decisions/s', 'questions', 'to prepare', 'memory', '  slowest to fastest round')
engineRow('Pawl', 'pawl', pawl)
engineRow('Cedar, one policy set', 'whole', whole)
engineRow('Cedar, one policy set a command', 'sliced', sliced)
engineRow('casbin (RBAC, no conditions)', 'casbin', casbin)

const opened = (answers.get('pawl') ?? []).filter(Boolean).length
say(`Pawl allowed ${shown(opened)} of ${shown(QUESTIONS.pawl)}; where Cedar was asked the same, it differs on`)
say(
  `${differing('whole')} of ${QUESTIONS.whole} with one policy set, ${differing('sliced')} of ${QUESTIONS.sliced} with one a command.`,
)
const times = Math.min(median('pawl') / median('whole'), median('pawl') / median('sliced'))
say(`Pawl is ${times.toFixed(0)} times as fast as the faster of the two (at least ${TIMES_CEDAR} is asked for).`)

const [few, many] = await countAdmissions([10, USERS], [10])
for (const found of [few, many])
  if (found)
    say(
      `admission with ${shown(found.users)} users: ${found.known} rows read for one of them, ${found.unknown} for somebody else`,
    )

const grows = !few || !many || many.known > few.known || many.unknown > few.unknown
const failed = differing('whole') + differing('sliced') > 0 || times < TIMES_CEDAR || opened === 0 || grows
if (values.json) {
  const rate = (name: keyof typeof QUESTIONS) => Math.round(median(name))
  const policy: PolicyFigures = {
    pawl: rate('pawl'),
    cedarWhole: rate('whole'),
    cedarSliced: rate('sliced'),
    casbin: rate('casbin'),
    timesCedar: Math.round(times * 10) / 10,
    differing: differing('whole') + differing('sliced'),
    preparedMs: Math.round(pawl.ms),
  }
  console.log(JSON.stringify({ node: process.version, policy }))
}
if (failed) console.error('That is not what is asked for: see above.')
process.exitCode = failed ? 1 : 0
