/** What a pipeline keeps of itself over the attempts of a job: enough that nothing is done twice, and not for ever. */
import { env } from 'cloudflare:test'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import { defineCommand } from '#pawl'
import { forward, holdBack, stepsOf, work, worldWith } from './survive.kit.ts'
import type { World } from './world.ts'

const MINUTE = 60_000

/** What happened outside, in order. */
const trail: string[] = []

const reads = { effects: 'read', options: {} } as const
const writes = { effects: 'write', run: 'job', options: {}, timeout: '2h' } as const
const n = z.int().describe('Which')

const thousand = defineCommand({
  ...reads,
  name: 'thousand',
  summary: 'Give 1,000 records',
  rules: ['when command is thousand allow'],
  handler: () => Array.from({ length: 1_000 }, (_, i) => ({ n: i + 1 })),
})
const same = defineCommand({
  ...reads,
  name: 'same',
  summary: 'Give the record on',
  options: { n },
  rules: ['when command is same allow'],
  handler: ({ n }) => ({ n }),
})
const cut = defineCommand({
  ...reads,
  name: 'cut',
  summary: 'Give two records',
  input: 'all',
  rules: ['when command is cut allow'],
  handler: () => [{ n: 1 }, { n: 2 }],
})
const act = defineCommand({
  ...writes,
  name: 'act',
  summary: 'Have an effect',
  input: 'all',
  rules: ['when command is act allow'],
  handler(_, { records }) {
    trail.push('act')
    return [...records]
  },
})
/** Each call has an effect, and the first one uses up what a consumer may work. */
const slow = defineCommand({
  ...writes,
  name: 'slow',
  summary: 'Work for long',
  options: { n },
  rules: ['when command is slow allow'],
  async handler({ n }, ctx) {
    await ctx.step('slow', () => {
      trail.push(`slow ${n}`)
      if (n === 1) forward(13 * MINUTE)
    })
    return { n }
  },
})
const doze = defineCommand({
  ...writes,
  name: 'doze',
  summary: 'Wait for ten minutes',
  input: 'all',
  rules: ['when command is doze allow'],
  async handler(_, ctx) {
    await ctx.sleep('10m')
    return { slept: true }
  },
})
/** More than may pass between two stages, but one call after the other. */
const huge = defineCommand({
  ...writes,
  name: 'huge',
  summary: 'Give too much',
  options: { n },
  rules: ['when command is huge allow'],
  async handler({ n }, ctx) {
    trail.push(`huge ${n}`)
    if (n > 1) await ctx.sleep('10m')
    return { text: 'x'.repeat(1_000_000) }
  },
})
/** Catches whatever a step throws, and waits. */
const hider = defineCommand({
  ...writes,
  name: 'hider',
  summary: 'Hide that a step was not kept',
  rules: ['when command is hider allow'],
  async handler(_, ctx) {
    await ctx
      .step('charge', () => {
        trail.push('charge')
        return 'x'.repeat(64 * 1024)
      })
      .catch(() => {})
    await ctx.sleep('10m')
    return 'ok'
  },
})
const many = defineCommand({
  ...writes,
  name: 'many',
  summary: 'Do steps',
  options: { steps: n },
  rules: ['when command is many allow'],
  async handler({ steps }, ctx) {
    const work = Array.from({ length: steps }, (_, i) => ctx.step(`step ${i}`, () => i))
    return (await Promise.all(work)).length
  },
})

let world: World
beforeAll(async () => {
  world = await worldWith(thousand, same, cut, act, slow, doze, huge, hider, many)
})
afterEach(() => {
  trail.length = 0
  vi.mocked(env.JOBS.send).mockRestore?.()
})

async function begin(line: string): Promise<{ readonly id: string; readonly told: () => Promise<string> }> {
  holdBack()
  const exchange = await world.says('ada', `/pawl ${line}`)
  const command = line
    .split(' | ')
    .map((stage) => stage.split(' ')[0])
    .join('|')
  const id = String((await world.newestRun(command)).id)
  await work(id)
  return { id, told: async () => (await exchange.final()).text }
}
const stateOf = async (id: string) =>
  (await env.DB.prepare('SELECT state, attempt FROM runs WHERE id = ?').bind(id).first()) as Record<string, unknown>

describe('a pipeline of which a stage has run for a thousand records', () => {
  it('does none of its effects twice when it goes on in another consumer', async () => {
    const { id } = await begin('thousand | same $n | cut | act | slow $n')
    expect(await stateOf(id)).toMatchObject({ state: 'queued' })
    expect(trail).toEqual(['act', 'slow 1'])
    forward(1_000)
    await work(id)
    expect(await stateOf(id)).toMatchObject({ state: 'succeeded', attempt: 2 })
    expect(trail).toEqual(['act', 'slow 1', 'slow 2'])
  })

  it('may wait behind them, and keeps no more for that than the last records', async () => {
    const { id, told } = await begin('thousand | same $n | cut | act | doze')
    expect(await stateOf(id)).toMatchObject({ state: 'queued' })
    expect((await stepsOf(id)).map(({ stage, name }) => `${stage} ${name}`)).toEqual(['4 #records', '5 sleep#1'])
    forward(10 * MINUTE)
    await work(id)
    expect(await told()).toContain('slept')
    expect(trail).toEqual(['act'])
  })

  it('drops what an earlier attempt has stored of the calls once their stage has ended', async () => {
    const { id } = await begin('cut | slow $n | doze')
    const names = async () => (await stepsOf(id)).map(({ stage, call, name }) => `${stage}/${call} ${name}`)
    expect(await names()).toEqual(['1/0 #records', '2/1 #result', '2/1 slow'])
    forward(1_000)
    await work(id)
    expect(await names()).toEqual(['2/0 #records', '2/1 slow', '2/2 slow', '3/1 sleep#1'])
    forward(10 * MINUTE)
    await work(id)
    expect(await stateOf(id)).toMatchObject({ state: 'succeeded' })
  })
})

describe('a run of which something was not kept', () => {
  it.each([
    ['the result of a call', 'cut | huge $n', ['huge 1', 'huge 2'], 'what stage 2 has done could not be kept'],
    ['a step whose handler hides it', 'hider', ['charge'], 'the step "charge" is done and could not be kept'],
  ])('ends, and says why, where it would wait: %s', async (_, line, done, why) => {
    const { id, told } = await begin(line)
    expect(await stateOf(id)).toMatchObject({ state: 'failed', attempt: 1 })
    const text = await told()
    expect(text).toContain(why)
    expect(text).toContain('Look at what it did before you repeat it.')
    expect(trail).toEqual(done)
  })
})

describe('the steps of a run', () => {
  it('may be 1,000', async () => {
    const { id } = await begin('many 1000')
    expect(await stateOf(id)).toMatchObject({ state: 'succeeded' })
  })

  it('that are one more end it in words for the room', async () => {
    const { id, told } = await begin('many 1001')
    expect(await stateOf(id)).toMatchObject({ state: 'failed', attempt: 1 })
    expect(await told()).toContain('a run keeps at most 1000 steps')
  })
})

it('never sent a message that the platforms would have refused', () => {
  expect(world.simulator.violations).toEqual([])
})
