import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import type { Context } from '../command/command.ts'
import { defineCommand } from '../command/define.ts'
import { CommandFailure } from '../command/failure.ts'
import { option } from '../command/options.ts'
import { createRegistry } from '../command/registry.ts'
import type { PawlRecord } from '../json.ts'
import { dryPlan } from './assemble.ts'
import { runPipeline, type StageReport } from './pipeline.ts'
import type { Plan } from './plan.ts'
import { planInput } from './planner.ts'

const commands = {
  numbers: defineCommand({
    name: 'numbers',
    summary: 'Count up',
    options: { upto: z.int().describe('How far') },
    input: 'none',
    effects: 'read',
    rules: ['when command is numbers allow'],
    handler: ({ upto }) => Array.from({ length: upto }, (_, i) => ({ n: i + 1 })),
  }),
  long: defineCommand({
    name: 'long',
    summary: 'Long texts',
    options: { length: z.int().describe('How long'), count: z.int().default(1).describe('How many') },
    input: 'none',
    effects: 'read',
    rules: ['when command is long allow'],
    handler: ({ length, count }) => Array.from({ length: count }, () => ({ text: 'x'.repeat(length) })),
  }),
  double: defineCommand({
    name: 'double',
    summary: 'Twice as much',
    options: { value: z.int().describe('What to double'), note: z.string().optional().describe('Note') },
    effects: 'read',
    rules: ['when command is double allow'],
    handler: ({ value }) => ({ n: value * 2 }),
  }),
  total: defineCommand({
    name: 'total',
    summary: 'Add all up',
    input: 'all',
    effects: 'read',
    rules: ['when command is total allow'],
    handler: (_, { records }) => records.reduce((sum, { n }) => sum + Number(n), 0),
  }),
  touch: defineCommand({
    name: 'touch',
    summary: 'Change something',
    options: { what: z.string().optional().describe('What') },
    effects: 'write',
    rules: ['when command is touch allow'],
    handler: ({ what }, { record }) => {
      touched.push(what ?? JSON.stringify(record))
      return null
    },
  }),
  mend: defineCommand({
    name: 'mend',
    summary: 'Change something, and say what before',
    options: { what: z.string().describe('What') },
    effects: 'write',
    run: 'job',
    timeout: '1h',
    singleton: ({ what }) => ({ key: `mend:${what}`, whenBusy: 'queue' }),
    confirm: true,
    rules: ['when command is mend allow'],
    handler: ({ what }) => {
      touched.push(what)
      return { mended: what }
    },
    dryRun: ({ what }) => {
      if (what === 'moon') throw new CommandFailure('nobody can mend the moon')
      return { would_mend: what }
    },
  }),
  fail: defineCommand({
    name: 'fail',
    summary: 'Go wrong',
    options: { secret: z.string().optional().meta({ secret: true }).describe('A secret') },
    effects: 'read',
    rules: ['when command is fail allow'],
    handler: ({ secret }) => {
      throw new CommandFailure(`no luck with ${secret ?? 'this'}`)
    },
  }),
  whisper: defineCommand({
    name: 'whisper',
    summary: 'For one only',
    effects: 'read',
    answer: 'private',
    rules: ['when command is whisper allow'],
    handler: () => ({ n: 1 }),
  }),
  hold: defineCommand({
    name: 'hold',
    summary: 'Take a lock',
    options: { key: option.json().describe('The key'), wait: z.boolean().default(true).describe('Wait for it') },
    effects: 'read',
    singleton: ({ key, wait }) => ({ key: `hold:${key}`, whenBusy: wait ? 'queue' : 'reject' }),
    rules: ['when command is hold allow'],
    handler: () => ({ n: 1 }),
  }),
}

let touched: string[] = []
const registry = createRegistry(Object.values(commands).map((command) => ({ file: 'test', command })))
const explained = (refused: Plan) => (refused.ok ? null : refused.explain(registry.all()))
const plan = (text: string) => planInput(registry, { kind: 'line', text }, 'plain')

async function run(text: string, authorise: (command: string) => string | null = () => null, isDry = false) {
  touched = []
  const asked = plan(text)
  const planned = isDry && asked.ok ? dryPlan(asked) : asked
  if (!planned.ok) throw new Error(`refused: ${planned.code}`)
  const reports: StageReport[] = []
  const outcome = await runPipeline({
    stages: planned.stages,
    dry: planned.dry,
    signal: new AbortController().signal,
    contextOf: () => ({ record: {}, records: [], signal: new AbortController().signal }) as unknown as Context,
    authorise: async (command) => authorise(command.key),
    report: (report) => reports.push(report),
  })
  return { outcome, reports }
}

const records = async (text: string): Promise<readonly PawlRecord[]> => {
  const { outcome } = await run(text)
  if (outcome.state !== 'succeeded') throw new Error(JSON.stringify(outcome))
  return outcome.records
}

describe('a pipeline', () => {
  it('runs each stage once per record, in order, with variables bound to each', async () => {
    expect(await records('numbers 3 | double $n')).toEqual([{ n: 2 }, { n: 4 }, { n: 6 }])
  })

  it('gives the whole list to a stage that takes all, the empty one included', async () => {
    expect(await records('numbers 3 | total')).toEqual([{ value: 6 }])
    expect(await records('numbers 0 | total')).toEqual([{ value: 0 }])
  })

  it('runs a stage without records not at all', async () => {
    expect(await records('numbers 0 | touch')).toEqual([])
    expect(touched).toEqual([])
  })

  it('reports each stage with its records', async () => {
    const { reports } = await run('numbers 2 | double $n | total')
    expect(reports.map(({ stage, recordsIn, recordsOut }) => [stage, recordsIn, recordsOut])).toEqual([
      [1, 0, 2],
      [2, 2, 2],
      [3, 2, 1],
    ])
  })

  it('stops at the stage that fails and says which ran', async () => {
    const { outcome } = await run('numbers 2 | fail | touch')
    expect(outcome).toEqual({
      state: 'failed',
      message: 'no luck with this. Stage 2 of 3 (fail) failed; before it ran: numbers.',
    })
    expect(touched).toEqual([])
  })

  it('shows no secret in the message of a failure', async () => {
    const { outcome } = await run('fail --secret hunter2')
    expect(outcome).toMatchObject({ message: 'no luck with [secret].' })
  })

  it('binds and authorises every record before the first one has an effect', async () => {
    const { outcome } = await run('numbers 2 | touch $missing')
    expect(outcome).toMatchObject({ state: 'failed', message: expect.stringContaining('the keys are n') })
    expect(touched).toEqual([])
    const denied = await run('numbers 2 | touch $n', (command) => (command === 'touch' ? 'You may not.' : null))
    expect(denied.outcome).toMatchObject({
      state: 'failed',
      message: expect.stringContaining('before it ran: numbers'),
    })
    expect(touched).toEqual([])
  })

  it('lets 100 records into a stage that writes and not 101', async () => {
    await records('numbers 100 | touch')
    expect(touched).toHaveLength(100)
    expect((await run('numbers 101 | touch')).outcome).toMatchObject({
      state: 'failed',
      message: expect.stringContaining('at most 100 records'),
    })
    expect(touched).toEqual([])
  })

  it('binds as much as passes between two stages, and not more, whatever is asked for again and again', async () => {
    const many = (times: number) => `long 1000 | double 1 --note "${'$text'.repeat(times)}"`
    expect(await records(many(499))).toHaveLength(1)
    expect((await run(many(1_001))).outcome).toMatchObject({
      state: 'failed',
      message: expect.stringContaining('$text makes the arguments longer than 1000000 characters'),
    })
    const each = (length: number) => `long ${length} 100 | double 1 --note $text`
    expect(await records(each(9_979))).toHaveLength(100)
    expect((await run(each(9_980))).outcome).toMatchObject({
      state: 'failed',
      message: expect.stringContaining('arguments of more than 1000000 bytes in all'),
    })
  })

  it('lets 1,000 records through otherwise and not 1,001', async () => {
    expect(await records('numbers 1000 | double $n')).toHaveLength(1_000)
    expect((await run('numbers 1001 | total')).outcome.state).toBe('failed')
  })
})

describe('a plan', () => {
  it('refuses a stage that takes nothing from a pipe', () => {
    expect(plan('numbers 1 | numbers 2')).toMatchObject({ ok: false, code: 'usage' })
  })

  it('has ten stages and not eleven', () => {
    const line = (stages: number) => ['numbers 1', ...Array.from({ length: stages - 1 }, () => 'total')].join(' | ')
    expect(plan(line(10)).ok).toBe(true)
    expect(plan(line(11))).toMatchObject({ ok: false, code: 'limit' })
  })

  it('names ten places and not eleven, and each of them once', () => {
    const line = (places: number) =>
      `numbers 1 *> here ${Array.from({ length: places - 1 }, (_, i) => `#room-${i}`).join(' ')}`
    expect(plan(line(10))).toMatchObject({ ok: true, targets: { length: 10 } })
    const eleven = plan(line(11))
    expect(eleven).toMatchObject({ ok: false, code: 'limit' })
    expect(JSON.stringify(explained(eleven))).toMatch(/at most 10 places; this line names 11.*\^\^\^/)
    expect(plan('numbers 1 *> me #ops me #ops here')).toMatchObject({
      targets: [{ kind: 'me' }, { kind: 'channel', id: 'ops' }, { kind: 'here' }],
    })
  })

  it('reports what is wrong with a later stage before the first one runs', () => {
    expect(plan('numbers 1 | double $n --loud')).toMatchObject({ ok: false, code: 'usage' })
    expect(plan('numbers 1 | double many')).toMatchObject({ ok: false, code: 'usage' })
    expect(plan('numbers 1 | duoble $n')).toMatchObject({ ok: false, code: 'unknown_command' })
  })

  it('writes when one stage writes', () => {
    expect(plan('numbers 1 | touch')).toMatchObject({ effects: 'write' })
    expect(plan('numbers 1 | total')).toMatchObject({ effects: 'read' })
  })

  it('is private when one stage is: what is piped on must not leak', () => {
    expect(plan('whisper | total')).toMatchObject({ answer: 'private' })
  })

  it('is a job when a stage takes a lock', () => {
    expect(plan('hold a | total')).toMatchObject({ mode: 'job', singletons: [{ key: 'hold:a', whenBusy: 'queue' }] })
    expect(plan('numbers 1 | total')).toMatchObject({ mode: 'inline', singletons: [] })
  })

  it('takes the locks of its stages in the same order, however they are written', () => {
    const locks = ['hold:B', 'hold:a', 'hold:b'].map((key) => ({ key, whenBusy: 'queue' }))
    expect(plan('hold b | hold a | hold B')).toMatchObject({ singletons: locks })
    expect(plan('hold B | hold b | hold a')).toMatchObject({ singletons: locks })
  })

  it.each(['hold a | hold --no-wait a', 'hold --no-wait a | hold a', 'hold --no-wait a | hold a | hold a'])(
    'takes a lock that %j names twice once, and does not wait where one stage will not',
    (line) => {
      expect(plan(line)).toMatchObject({ singletons: [{ key: 'hold:a', whenBusy: 'reject' }] })
    },
  )

  it('will not take a lock that records name', async () => {
    expect((await run('numbers 1 | hold $n')).outcome).toMatchObject({
      state: 'failed',
      message: expect.stringContaining('write them out'),
    })
  })

  it('will not let a secret wait in the database', () => {
    const refused = plan('fail --secret hunter2 | hold a')
    expect(refused).toMatchObject({ ok: false, code: 'unsupported', line: 'fail | hold' })
    expect(JSON.stringify(explained(refused))).not.toContain('hunter2')
  })

  it.each([
    'fail --secret hunter2 --wat',
    'fail --secret hunter2 x y',
    "fail --secret 'hunter2",
    'fail --secret hunter2 > $room',
    'fail --secert=hunter2',
    'numbers 1 | fail --secret=hunter2 x',
    'fial hunter2',
  ])('neither keeps nor shows the secret of %j', (line) => {
    const refused = plan(line)
    expect(refused.ok).toBe(false)
    expect(refused.secretive).toBe(true)
    expect(JSON.stringify([refused.line, explained(refused)])).not.toContain('hunter2')
  })

  it('marks the place of a problem where no secret can be', () => {
    expect(JSON.stringify(explained(plan("numbers 'x")))).toContain('^')
  })

  it('keeps only names of a line that could not be bound where a command has secrets', () => {
    expect(plan('numbers 1 | fail --secert hunter2 --secret')).toMatchObject({ ok: false, line: 'numbers | fail' })
    expect(plan('fail --secret hunter2')).toMatchObject({ ok: true, line: 'fail --secret [secret]' })
  })
})

describe('a dry run', () => {
  const dry = async (text: string) => (await run(text, () => null, true)).outcome

  it('asks what would be done, of each record, and changes nothing', async () => {
    expect(await dry('numbers 2 | mend "x$n"')).toEqual({
      state: 'succeeded',
      records: [{ would_mend: 'x1' }, { would_mend: 'x2' }],
      told: true,
    })
    expect(touched).toEqual([])
  })

  it('is what --dry-run on any stage makes of the whole line', async () => {
    const { outcome } = await run('mend a | whisper --dry-run')
    expect(outcome).toEqual({ state: 'succeeded', records: [{ n: 1 }] })
    expect(touched).toEqual([])
  })

  it('reads as ever, and the view of what reads last stays true', async () => {
    expect(await dry('mend a | whisper')).toEqual({ state: 'succeeded', records: [{ n: 1 }] })
  })

  it('stops at what cannot say what it would do, and says what that is', async () => {
    expect(await dry('numbers 2 | touch n$n | total')).toEqual({
      state: 'succeeded',
      records: [
        { value: 'would run touch --what=n1; its module cannot say what it would do' },
        { value: 'would run touch --what=n2; its module cannot say what it would do' },
        { value: 'What comes after it in the line was not run.' },
      ],
      told: true,
    })
    expect(touched).toEqual([])
  })

  it('is refused on a line with a command that cannot say it, before anything runs', () => {
    for (const text of ['touch x --dry-run', 'mend x --dry-run | touch y', 'numbers 1 --dry-run | touch'])
      expect(plan(text)).toMatchObject({ ok: false, code: 'usage' })
    expect(JSON.stringify(explained(plan('touch x --dry-run')))).toContain('its module has no')
  })

  it('fails as its command fails, without a word of effects', async () => {
    expect(await dry('mend moon')).toEqual({ state: 'failed', message: 'nobody can mend the moon.' })
    const outcome = await dry('numbers 2 | mend moon')
    expect(outcome).toMatchObject({ state: 'failed', message: expect.not.stringContaining('took effect') })
  })

  it('is read, at once, without locks and without anybody asked', () => {
    expect(plan('mend x')).toMatchObject({ effects: 'write', mode: 'job', dry: false, timeoutMs: 3_600_000 })
    const planned = plan('mend x --dry-run')
    expect(planned).toMatchObject({
      effects: 'read',
      mode: 'inline',
      dry: true,
      timeoutMs: 25_000,
      singletons: [],
      care: { confirmation: null, approvals: [] },
    })
  })
})
