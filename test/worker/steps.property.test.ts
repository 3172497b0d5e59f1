/** Any program of steps, sleeps and polls, cut off anywhere: each effect happens once, and it ends as if nothing had happened. */
import { env } from 'cloudflare:test'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { defineCommand } from '../../src/command/define.ts'
import type { Claim } from '../../src/db/guard.ts'
import { changeState, insertRun } from '../../src/db/runs.ts'
import { type StepRow, selectSteps } from '../../src/db/steps.ts'
import type { Suspended } from '../../src/engine/execute.ts'
import { createJournal, NOTHING_KEPT, restStatements } from '../../src/runs/journal.ts'
import type { Services } from '../../src/runs/services.ts'
import { type CallTools, toolsOf } from '../../src/runs/steps.ts'
import { servicesOf } from '../../src/services.ts'

type Op =
  | { readonly kind: 'step' }
  | { readonly kind: 'sleep'; readonly minutes: number }
  | { readonly kind: 'poll'; readonly looks: number }

const op: fc.Arbitrary<Op> = fc.oneof(
  fc.constant({ kind: 'step' } as const),
  fc.record({ kind: fc.constant('sleep' as const), minutes: fc.integer({ min: 1, max: 60 }) }),
  fc.record({ kind: fc.constant('poll' as const), looks: fc.integer({ min: 1, max: 3 }) }),
)

const command = defineCommand({
  name: 'program',
  summary: 'A program',
  effects: 'write',
  run: 'job',
  rules: ['when command is program allow'],
  handler: () => null,
})

const actor = { platform: 'slack', workspace: 'T1', id: 'U1' } as const
let clock = 1_800_000_000_000
const services: Services = { ...servicesOf(env), now: () => clock }
const db = services.openDb()
let count = 0

class Program {
  readonly effects: number[]
  readonly looks: number[]
  readonly said: string[] = []
  private readonly ops: readonly Op[]

  constructor(ops: readonly Op[]) {
    this.ops = ops
    this.effects = ops.map(() => 0)
    this.looks = ops.map(() => 0)
  }

  /** One call of the handler; null when its consumer died, in front of one of its pieces. */
  async run(tools: CallTools, diesAt: number): Promise<unknown[] | null> {
    const out: unknown[] = []
    for (const [i, op] of this.ops.entries()) {
      if (i === diesAt) return null
      if (op.kind === 'sleep') await tools.sleep(`${op.minutes}m`)
      if (op.kind === 'step')
        out.push(
          await tools.step(`step ${i}`, () => {
            this.effects[i] = (this.effects[i] ?? 0) + 1
            return { i, time: this.effects[i] ?? 0 }
          }),
        )
      if (op.kind === 'poll')
        out.push(
          await tools.poll('10m', () => {
            this.looks[i] = (this.looks[i] ?? 0) + 1
            return (this.looks[i] ?? 0) >= op.looks ? { i } : null
          }),
        )
      await tools.progress(`behind ${i}`)
    }
    return out
  }
}

/** Runs the program to its end, attempt after attempt; `deaths` says in front of which piece the first attempts die. */
async function toTheEnd(program: Program, deaths: readonly number[]): Promise<{ out: unknown[]; slept: number }> {
  const run = `r_program${++count}`
  const from = clock
  await insertRun(db, {
    ...{
      id: run,
      digest: 'd',
      source: 'test',
      platform: 'slack',
      workspace: 'T1',
      actor: 'U1',
      channel: '{}',
      line: 'x',
    },
    ...{ history: 'whole', command: 'program', effects: 'write', mode: 'job', retry: 'safe' },
    ...{ change: 'c0', due_at: 1, address: null, created_at: 1 },
  }).run()
  await changeState(db, { run, change: 'c1', from: ['accepted'], to: 'queued' }).run()
  for (let attempt = 1; ; attempt++) {
    await changeState(db, { run, change: `a${attempt}`, from: ['queued'], to: 'running', set: { attempt } }).run()
    const { results } = await selectSteps(db, run).all<StepRow>()
    const claim: Claim = { run, attempt, held: [] }
    const journal = createJournal(services, db, { claim, actor, kept: { ...NOTHING_KEPT, steps: results } })
    const signal = new AbortController().signal
    const progress = async (text: string) => {
      program.said.push(text)
    }
    const tools = toolsOf(services, journal, { run, stage: 1, call: 1, command, args: {}, signal, progress })
    const ended = program.run(tools, deaths[attempt - 1] ?? -1).then((out) => ({ out }))
    const put = journal.suspended.then((wait: Suspended) => ({ wait }))
    const outcome = await Promise.race([ended, put])
    if ('out' in outcome && outcome.out !== null) return { out: outcome.out, slept: clock - from }
    const change = { run, change: `b${attempt}` }
    const rest = 'wait' in outcome ? restStatements(db, change, journal.rest()) : []
    await db.batch([changeState(db, { ...claim, ...change, from: ['running'], to: 'queued' }), ...rest])
    clock = 'wait' in outcome ? Math.max(clock, outcome.wait.until) : clock + 5_000
  }
}

it('ends with the same results and each effect once, wherever its attempts are cut off', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(op, { minLength: 1, maxLength: 6 }),
      fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 4 }),
      async (ops, deaths) => {
        const program = new Program(ops)
        const { out, slept } = await toTheEnd(program, deaths)
        const expected = ops.flatMap((one, i) =>
          one.kind === 'step' ? [{ i, time: 1 }] : one.kind === 'poll' ? [{ i }] : [],
        )
        expect(out).toEqual(expected)
        expect(program.effects).toEqual(ops.map(({ kind }) => (kind === 'step' ? 1 : 0)))
        expect(program.looks).toEqual(ops.map((one) => (one.kind === 'poll' ? one.looks : 0)))
        const minutes = ops.map((one) =>
          one.kind === 'sleep' ? one.minutes : one.kind === 'poll' ? (one.looks - 1) * 10 : 0,
        )
        expect(slept).toBeGreaterThanOrEqual(minutes.reduce((sum, some) => sum + some, 0) * 60_000)
        // What it said last was said when it was there.
        expect(program.said.at(-1)).toBe(`behind ${ops.length - 1}`)
      },
    ),
    { numRuns: 60 },
  )
}, 60_000)
