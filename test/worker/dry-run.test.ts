/** Dry runs through the real doors: decided as ever, nothing changed, and said so everywhere. */
import { env } from 'cloudflare:test'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import { defineCommand, md } from '#pawl'
import deploy from '../../commands/deploy.ts'
import { worldWith } from './survive.kit.ts'
import type { World } from './world.ts'

/** What really happened outside, in order. */
const trail: string[] = []

const paint = defineCommand({
  name: 'paint',
  summary: 'Paint a wall',
  options: {
    wall: z.string().describe('Which wall'),
    colour: z.string().default('white').describe('Colour'),
  },
  effects: 'write',
  run: 'job',
  singleton: ({ wall }) => ({ key: `paint:${wall}`, whenBusy: 'reject' }),
  confirm: true,
  approval: { permission: 'paint:approve' },
  rules: ['when command is paint allow', 'when command is paint with option[wall] == "gold" must have paint:gold'],
  async handler({ wall }, ctx) {
    await ctx.step('paint', () => trail.push(wall))
    return { wall, painted: true }
  },
  async dryRun({ wall, colour }, ctx) {
    if (wall === 'missing') throw new Error('no such wall')
    return { wall, would_be: await ctx.step('look', () => colour) }
  },
  view: ([{ wall }]) => md`Painted ${wall}`,
})

const scratch = defineCommand({
  name: 'scratch',
  summary: 'Scratch a wall, without a word before',
  options: { wall: z.string().describe('Which wall') },
  effects: 'write',
  rules: ['when command is scratch allow'],
  handler: ({ wall }) => {
    trail.push(wall)
    return null
  },
})

let world: World
beforeAll(async () => {
  world = await worldWith(paint, scratch, deploy)
})

const eventsOf = async (run: unknown) => {
  const { results } = await env.DB.prepare('SELECT event FROM audit WHERE run = ? ORDER BY seq')
    .bind(run)
    .all<{ event: string }>()
  return results.map(({ event }) => JSON.parse(event) as Record<string, unknown>)
}

describe('a dry run', () => {
  it('says what would be done, at once and without the view of what was done', async () => {
    const text = await world.hears('grace', '/pawl paint north --dry-run')
    expect(text).toContain('Dry run: nothing was changed.')
    expect(text).toContain('would_be')
    expect(text).toContain('white')
    expect(text).not.toContain('Painted')
    expect(trail).toEqual([])
  })

  it('is an inline run that reads, needs no lock, no confirmation and no approval, and the log says that it was dry', async () => {
    const run = await world.newestRun('paint')
    expect(run).toMatchObject({
      state: 'succeeded',
      dry: 1,
      effects: 'read',
      mode: 'inline',
      locks: '[]',
      line: 'paint north --dry-run',
    })
    const events = await eventsOf(run.id)
    expect(events.map(({ code, dry }) => [code, dry])).toEqual([
      ['run.admitted', true],
      ['policy.allowed', true],
      ['run.succeeded', true],
    ])
    const { results } = await env.DB.prepare('SELECT run FROM approvals WHERE run = ?').bind(run.id).all()
    expect(results).toEqual([])
  })

  it('is told as one afterwards', async () => {
    const { id } = await world.newestRun('paint')
    expect(await world.hears('grace', `/pawl run show ${id}`)).toContain('nothing: it was a dry run')
    expect(await world.hears('grace', `/pawl history:show ${id}`)).toContain('nothing was changed by it')
  })

  it('is decided as the real line would be', async () => {
    expect(await world.hears('grace', '/pawl paint gold --dry-run')).toContain('paint:gold')
    expect(await world.newestRun('paint')).toMatchObject({ state: 'denied', code: 'missing_permission' })
    expect(await world.hears('grace', `/pawl seed '{"wall":"gold"}' | paint $wall --dry-run`)).toContain('paint:gold')
    expect(trail).toEqual([])
  })

  it('of a pipeline is asked for on any of its stages, and what reads goes on with what would be', async () => {
    const text = await world.hears(
      'grace',
      `/pawl seed '[{"wall":"east"},{"wall":"west"}]' | paint $wall | table --dry-run`,
    )
    expect(text).toMatch(/Dry run: nothing was changed[\s\S]*east[\s\S]*west/)
    expect(trail).toEqual([])
    const events = await eventsOf((await world.newestRun('seed|paint|table')).id)
    expect(events.every(({ dry }) => dry === true)).toBe(true)
  })

  it('is refused, before anything runs, where a command cannot say what it would do', async () => {
    expect(await world.hears('grace', '/pawl scratch north --dry-run')).toContain('cannot say what it would do')
    expect(await world.hears('grace', '/pawl paint a --dry-run | scratch b')).toContain('scratch cannot say')
    expect(await world.hears('ada', '/pawl group create nobody --dry-run')).toContain('cannot say what it would do')
    expect(trail).toEqual([])
  })

  it('keeps nothing with tee, which passes its records on and says what it would keep them as', async () => {
    await world.hears('grace', `/pawl seed '[{"real":1}]' | tee base`)
    const text = await world.hears('grace', '/pawl paint east | tee base | pick would_be --dry-run')
    expect(text).toContain('white')
    expect(text).toContain('tee --name=base would keep the records; here they only passed through it')
    expect(await world.hears('grace', `/pawl seed '[{"real":2}]' | tee base --dry-run`)).toContain('Dry run')
    // The preview of the confirmation that paint asks for.
    expect(await world.hears('grace', '/pawl paint east | tee base')).toMatch(
      /Please confirm[\s\S]*tee --name=base would keep/,
    )
    expect(await world.hears('grace', '/pawl cat base')).toMatch(/real\W+1/)
    expect(await world.hears('grace', `/pawl seed '[{"a":1}]' | tee base --shared --dry-run`)).toContain('tee:shared')
  })

  it('that fails says that nothing was changed', async () => {
    const text = await world.hears('grace', '/pawl paint missing --dry-run')
    expect(text).toContain('Dry run: nothing was changed.')
    expect(text).toContain('failed')
    expect(await world.newestRun('paint')).toMatchObject({ state: 'failed', dry: 1 })
  })

  it('of deploy names the host of its hook, and nothing is called', async () => {
    const before = world.simulator.upstream.log.length
    const text = await world.hears('ada', '/pawl deploy web prod --dry-run')
    expect(text).toContain('its deploy hook at')
    expect(text).not.toContain('/upstream/deploy/web')
    expect(world.simulator.upstream.log.length).toBe(before)
  })

  it('may be sent to another room, where it says so, too', async () => {
    await (await world.says('ada', '/pawl paint north --dry-run > #general')).final()
    const seen = () =>
      world.simulator.slack
        .user('grace')
        .in('#general')
        .sees()
        .map(({ text }) => text)
        .join('\n')
    await vi.waitUntil(() => seen().includes('would_be'), { timeout: 3_000 })
    expect(seen()).toContain('Dry run: nothing was changed.')
  })

  it('is an option of the command on Discord, and its line can be typed again', async () => {
    const exchange = await world.simulator.discord.user('ada').in('#ops').says('/paint wall: south dry-run: true')
    expect((await exchange.final()).text).toContain('Dry run: nothing was changed.')
    expect(await world.newestRun('paint')).toMatchObject({
      line: 'paint --wall=south --dry-run',
      dry: 1,
      history: 'whole',
    })
    const real = await world.simulator.discord.user('ada').in('#ops').says('/scratch wall: south')
    await real.final()
    expect(trail.splice(0)).toEqual(['south'])
  })

  it('is asked for on Discord, too', async () => {
    const exchange = await world.simulator.discord.user('ada').in('#ops').says('/pawl run: paint south --dry-run')
    expect((await exchange.final()).text).toContain('Dry run: nothing was changed.')
    expect(trail).toEqual([])
  })
})

it('never sent a message that the platforms would have refused', () => {
  expect(world.simulator.violations).toEqual([])
})
