/** A line that is run on a message: the message is the record that its first stage starts with. Through the hall. */
import { env } from 'cloudflare:test'
import { beforeAll, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { CommandFailure, defineCommand, type PawlRecord } from '#pawl'
import type { Invocation } from '../../src/chat/invocation.ts'
import type { Reply } from '../../src/chat/reply.ts'
import { houseEntries, loadRegistry } from '../../src/command/house-registry.ts'
import { createRegistry } from '../../src/command/registry.ts'
import { createHall } from '../../src/runs/hall.ts'
import { runIdOf } from '../../src/runs/identity.ts'
import { servicesOf } from '../../src/services.ts'
import { openWorld } from './world.ts'

/** What handlers were given. */
const given: unknown[] = []
let fails = false

const options = { what: z.string().default('nothing').describe('What') }
const take = defineCommand({
  name: 'take',
  summary: 'Take what there is',
  options,
  effects: 'read',
  rules: ['when command is take with option[what] != "forbidden" allow'],
  handler({ what }, { record, records }) {
    given.push({ what, record, records: [...records] })
    return { what }
  },
})
const takeAll = defineCommand({
  name: 'take all',
  summary: 'Take all there are',
  options,
  input: 'all',
  effects: 'read',
  rules: ['when command is take:all allow'],
  handler({ what }, { records }) {
    given.push({ what, records: [...records] })
    return [...records]
  },
})
const takeLater = defineCommand({
  name: 'take later',
  summary: 'Take it in a job',
  options,
  effects: 'write',
  run: 'job',
  rules: ['when command is take:later allow'],
  handler({ what }, { record }) {
    given.push({ what, record })
    if (fails) throw new CommandFailure('not now')
    return { what }
  },
})

beforeAll(async () => {
  const commands = [take, takeAll, takeLater]
  Object.assign(loadRegistry(), createRegistry(houseEntries(commands.map((command) => ({ file: 'test', command })))))
  await openWorld()
})

const MESSAGE = { text: 'the shop is down', author: 'U0LINUS003', nested: { deep: ['one', 2] } }
let deliveries = 0

interface Asked {
  readonly run: string
  readonly text: string
}

async function asks(line: string, record: PawlRecord | null = MESSAGE, more: Partial<Invocation> = {}): Promise<Asked> {
  const invocation: Invocation = {
    source: 'slack.form',
    delivery: `slack:test:${++deliveries}`,
    actor: { platform: 'slack', workspace: 'T0PAWL', id: 'U0GRACE002' },
    standing: 'member',
    channel: { id: 'C0OPS00001', kind: 'channel', name: 'ops' },
    input: { kind: 'line', text: line },
    ...(record && { record }),
    address: { platform: 'slack' },
    answersInResponse: true,
    receivedAt: Date.now(),
    ...more,
  }
  given.length = 0
  const reply = await createHall(servicesOf(env)).admit(invocation, { waitUntil() {} })
  return { run: await runIdOf(invocation.delivery), text: textsIn(reply) }
}

function textsIn({ blocks }: Reply): string {
  return JSON.stringify(blocks)
}

const rowOf = async (run: string) =>
  (await env.DB.prepare('SELECT * FROM runs WHERE id = ?').bind(run).first<Record<string, unknown>>()) ?? {}

async function ended(run: string): Promise<Record<string, unknown>> {
  await expect.poll(async () => (await rowOf(run)).ended_at, { timeout: 10_000 }).not.toBeNull()
  return await rowOf(run)
}

describe('the first stage', () => {
  it('gets the message as its record, and the only one', async () => {
    await asks('take web')
    expect(given).toEqual([{ what: 'web', record: MESSAGE, records: [MESSAGE] }])
  })

  it('gets it as the list where it takes all at once', async () => {
    await asks('take all')
    expect(given).toEqual([{ what: 'nothing', records: [MESSAGE] }])
  })

  it('reads its variables, known when it is admitted', async () => {
    const { run } = await asks('take "$text" | take $what')
    expect(given[0]).toMatchObject({ what: MESSAGE.text })
    expect(given[1]).toMatchObject({ what: MESSAGE.text, record: { what: MESSAGE.text } })
    const allowed = await env.DB.prepare(
      "SELECT personal FROM audit WHERE run = ? AND code = 'policy.allowed' ORDER BY seq",
    )
      .bind(run)
      .first<{ personal: string }>()
    expect(allowed?.personal).toContain(MESSAGE.text)
  })

  it('is decided by what they stand for', async () => {
    const { run } = await asks('take $text', { text: 'forbidden' })
    expect(given).toEqual([])
    expect(await rowOf(run)).toMatchObject({ state: 'denied' })
  })

  it('says which keys there are where one is missing', async () => {
    const { run, text } = await asks('take $nothing')
    expect(text).toContain('the keys are text, author, nested')
    expect(await rowOf(run)).toMatchObject({ state: 'failed', code: 'usage', record: null })
  })

  it('has none without a message, and says so', async () => {
    expect((await asks('take $text', null)).text).toContain('no record has come through a pipe')
    await asks('take web', null)
    expect(given).toEqual([{ what: 'web', record: {}, records: [{}] }])
  })
})

describe('a job', () => {
  it('starts with it from the queue, and when it is retried', async () => {
    fails = true
    const first = await asks('take later $text')
    expect(await ended(first.run)).toMatchObject({ state: 'failed', mode: 'job', record: JSON.stringify(MESSAGE) })
    expect(given).toEqual([{ what: MESSAGE.text, record: MESSAGE }])
    fails = false
    const again = await asks(`run retry ${first.run}`, { text: 'another message' })
    expect(await ended(again.run)).toMatchObject({ state: 'succeeded', retries: first.run, line: 'take later $text' })
    expect(given).toEqual([{ what: MESSAGE.text, record: MESSAGE }])
  })

  it('of somebody else is retried only where its answer was told', async () => {
    fails = true
    const { run } = await asks('take later $text')
    await ended(run)
    fails = false
    // An administrator, in another room.
    const channel = { id: 'C0GENERAL2', kind: 'channel', name: 'general' } as const
    const actor = { platform: 'slack', workspace: 'T0PAWL', id: 'U0ADA00001' }
    expect((await asks(`run retry ${run}`, null, { actor, channel })).text).toContain('was started on a message')
    expect(given).toEqual([])
  })
})

it('an alias starts with it, and a repeated line does not', async () => {
  await asks('alias create taken "take \\$text"', null)
  await asks('taken')
  expect(given[0]).toMatchObject({ what: MESSAGE.text, record: MESSAGE })
  await asks('take web')
  await asks('!!', null)
  expect(given).toEqual([{ what: 'web', record: {}, records: [{}] }])
})

it('tokens in it are masked before anything gets or keeps it', async () => {
  const token = `xoxb-${'1'.repeat(12)}-abcdefghijkl`
  const { run } = await asks('take later $text', { text: `use ${token}` })
  const row = await ended(run)
  expect(JSON.stringify(given)).not.toContain(token)
  expect(JSON.stringify(given)).toContain('use ')
  expect(JSON.stringify(row)).not.toContain(token)
})

it('it is erased with the words of its run', async () => {
  const { run } = await asks('take web')
  expect(await rowOf(run)).toMatchObject({ record: JSON.stringify(MESSAGE) })
  const actor = { platform: 'slack', workspace: 'T0PAWL', id: 'U0ADA00001' }
  await asks(`audit erase 'a customer was named' --run ${run}`, null, { actor })
  expect(await rowOf(run)).toMatchObject({ record: null, records: null, line: '[erased]' })
})

it('a message of 64 KB is taken, and a longer one refused with the limit', async () => {
  const frame = JSON.stringify({ text: '' }).length
  await asks('take web', { text: 'x'.repeat(65_536 - frame) })
  expect(given).toHaveLength(1)
  const { run, text } = await asks('take web', { text: 'x'.repeat(65_537 - frame) })
  expect(text).toContain('64 KB')
  expect(given).toEqual([])
  expect(await rowOf(run)).toMatchObject({ state: 'failed', code: 'limit', record: null })
})

it('the same delivery with another message is refused', async () => {
  const delivery = 'slack:test:altered'
  await asks('take web', MESSAGE, { delivery })
  expect((await asks('take web', { text: 'another' }, { delivery })).text).toContain('asks for something else')
  expect(given).toEqual([])
})
