/** `plan`: what a line would run, and nothing of it is run. */
import { env } from 'cloudflare:test'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import { defineCommand } from '#pawl'
import sleep from '../../commands/sleep.ts'
import { worldWith } from './survive.kit.ts'
import type { World } from './world.ts'

const trail: string[] = []

const paint = defineCommand({
  name: 'paint',
  summary: 'Paint a wall',
  options: {
    wall: z.string().describe('Which wall'),
    coats: z.int().default(1).describe('How many'),
  },
  effects: 'write',
  run: 'job',
  timeout: '1h',
  singleton: ({ wall }) => ({ key: `paint:${wall}`, whenBusy: 'reject' }),
  approval: { permission: 'paint:approve', count: 2, when: ({ wall }) => wall !== 'north' },
  rules: ['when command is paint allow', 'when command is paint with option[wall] == "gold" must have paint:gold'],
  handler: ({ wall }) => void trail.push(wall),
})

const login = defineCommand({
  name: 'login',
  summary: 'Log in',
  options: { password: z.string().meta({ secret: true }).describe('Password') },
  effects: 'write',
  rules: ['when command is login allow'],
  handler: ({ password }) => void trail.push(password),
})

let world: World
const hears = (person: string, line: string) => world.hears(person, `/pawl ${line}`)
beforeAll(async () => {
  world = await worldWith(paint, login, sleep)
})

describe('plan', () => {
  it('shows a stage with what is bound, what it is, and the rules that match', async () => {
    const text = await hears('grace', 'plan paint north')
    expect(text).toContain('would run as a job, for at most 1h')
    expect(text).toContain('1. paint --wall=north')
    expect(text).toContain('writes, job, at most 1h, never repeated')
    expect(text).toContain('+ when command is paint allow')
    expect(text).toContain('paint:north is free')
    expect(text).toContain('Nothing of it was run.')
    expect(text).not.toContain('after approval')
  })

  it('says whose approval it needs first', async () => {
    expect(await hears('grace', 'plan paint south')).toContain('after approval by 2 with paint:approve')
  })

  it('is for the asker alone, and starts nothing', async () => {
    const exchange = await world.says('grace', '/pawl plan paint south')
    expect((await exchange.final()).onlyFor).toBe('grace')
    expect((await env.DB.prepare("SELECT id FROM runs WHERE command = 'paint'").all()).results).toEqual([])
    expect((await env.DB.prepare('SELECT run FROM approvals').all()).results).toEqual([])
    expect(trail).toEqual([])
  })

  it('shows a whole pipeline, quoted, with what waits for records and where the answer goes', async () => {
    const text = await hears('ada', `plan 'seed [] | paint $wall | table *> here #general me'`)
    expect(text).toContain('1. seed')
    expect(text).toContain('2. paint (arguments from records)')
    expect(text).toContain('3. table')
    expect(text).toMatch(/here, #general, to you/)
  })

  it('says why it may not start, and nothing of what a refused command takes', async () => {
    const text = await hears('grace', 'plan paint gold')
    expect(text).toContain('would not start')
    expect(text).toContain('paint:gold')
    expect(text).not.toContain('--wall')
    expect(text).not.toContain('at most 1h')
    expect(await hears('grace', 'plan paint north --coats many')).toContain('coats must be a whole number')
    expect(await hears('grace', `plan 'paint north > #general'`)).toContain('redirect:post')
    expect(await hears('grace', 'plan nonsense')).toContain('no command')
  })

  it('says that it would only say, of a dry run', async () => {
    expect(await hears('grace', `plan 'seed [] | count --dry-run'`)).toContain('would only say what it would do')
  })

  it('masks secrets in every place', async () => {
    expect(await hears('grace', 'plan login hunter2')).toContain('login --password=[secret]')
    const { results } = await env.DB.prepare("SELECT line, reply, records FROM runs WHERE command = 'plan'").all()
    expect(JSON.stringify(results)).not.toContain('hunter2')
    const sent = world.simulator.slack.user('grace').in('#ops').sees()
    expect(JSON.stringify(sent)).not.toContain('hunter2')
  })

  it('says that a lock is held, and by whom to those alone who may list locks', async () => {
    await world.says('ada', '/pawl sleep 20s --key nap')
    await vi.waitUntil(async () => (await world.newestRun('sleep')).state === 'running', { timeout: 5_000 })
    const text = await hears('grace', 'plan sleep 1s --key nap')
    const { id } = await world.newestRun('sleep')
    expect(text).toMatch(/sleep:nap is held for \d+ ?s/)
    expect(text).toContain('waits in line')
    expect(text).not.toContain(String(id))
    expect(text).not.toContain('ada')
    expect(await hears('ada', 'plan sleep 1s --key nap')).toContain(`sleep:nap is held by run ${id} of @ada`)
    await hears('ada', `run cancel ${id}`)
  })

  it('names the freeze that stops it, and not one that lets it pass', async () => {
    await env.DB.prepare(
      `INSERT INTO freezes (reason, commands, by_name, started_at) VALUES ('release', '["paint"]', 'ada', 1)`,
    ).run()
    const text = await hears('grace', 'plan paint north')
    expect(text).toContain('would not start')
    expect(text).toContain('release')
    expect(await hears('grace', 'plan login x')).not.toContain('release')
    await env.DB.prepare('UPDATE freezes SET ended_at = 2').run()
    expect(await hears('grace', 'plan paint north')).toContain('would run')
  })

  it('gives records that a pipe can use', async () => {
    expect(await hears('grace', `plan paint north | pick command decision`)).toContain('paint')
    const text = await hears('grace', `plan 'paint north' | pick command decision call`)
    expect(text).toContain('paint --wall=north')
    expect(text).toContain('allowed')
  })
})

it('never sent a message that the platforms would have refused', () => {
  expect(world.simulator.violations).toEqual([])
})
