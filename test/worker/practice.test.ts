/** A room that practises: real commands, real decisions, and nothing changed by them. */
import { env } from 'cloudflare:test'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import { CommandFailure, defineCommand, md } from '#pawl'
import deploy from '../../commands/deploy.ts'
import { FLAT_EVENT } from '../../src/db/audit.ts'
import { worldWith } from './survive.kit.ts'
import type { World } from './world.ts'

/** What really happened outside, in order. */
const trail: string[] = []

const paint = defineCommand({
  name: 'paint',
  summary: 'Paint a wall',
  options: { wall: z.string().describe('Which wall') },
  effects: 'write',
  run: 'job',
  singleton: ({ wall }) => ({ key: `paint:${wall}`, whenBusy: 'reject' }),
  approval: { permission: 'paint:approve' },
  rules: ['when command is paint allow', 'when command is paint with option[wall] == "gold" must have paint:gold'],
  handler({ wall }) {
    trail.push(wall)
    return { wall }
  },
  dryRun: ({ wall }) => ({ would_paint: wall }),
  view: ([{ wall }]) => md`Painted ${wall}`,
})

const scratch = defineCommand({
  name: 'scratch',
  summary: 'Scratch a wall, without a word before',
  options: {
    wall: z.string().describe('Which wall'),
    with: z.string().optional().meta({ secret: true }).describe('With what'),
  },
  effects: 'write',
  rules: ['when command is scratch allow'],
  handler({ wall }) {
    trail.push(wall)
    return { wall }
  },
})

const crumble = defineCommand({
  name: 'crumble',
  summary: 'Fail at the first try',
  effects: 'write',
  run: 'job',
  rules: ['when command is crumble allow'],
  handler() {
    trail.push('crumble')
    throw new CommandFailure('it crumbled')
  },
  dryRun: () => ({ would: 'crumble' }),
})

const gaze = defineCommand({
  name: 'gaze',
  summary: 'Look at a wall',
  effects: 'read',
  rules: ['when command is gaze allow'],
  handler: () => ({ colour: 'grey' }),
})

let world: World
const slack = (person: string, room = '#training') => world.simulator.slack.user(person).in(room)
const hears = async (person: string, line: string, room?: string) =>
  (await (await slack(person, room).says(`/pawl ${line}`)).final()).text

beforeAll(async () => {
  world = await worldWith(paint, scratch, crumble, gaze, deploy)
})

describe('practice', () => {
  it('is set by who administers Pawl, and by nobody else; the log tells before and after', async () => {
    expect(await hears('grace', 'room set #training --practice')).toContain('pawl:admin')
    expect(await hears('ada', 'room set #training --practice')).toContain('commands only say what they would do')
    const changes = async () => {
      const { results } = await env.DB.prepare(
        `SELECT ${FLAT_EVENT} FROM audit WHERE code = 'room.changed' ORDER BY seq`,
      ).all<{ event: string }>()
      return results.map(({ event }) => JSON.parse(event) as Record<string, unknown>)
    }
    expect(await changes()).toMatchObject([
      { target: expect.stringMatching(/^room:slack:C/), before: [], after: ['practice'], run: expect.any(String) },
    ])
    expect(await hears('ada', 'room set #training --practice')).toContain('Nothing changed')
    expect(await changes()).toHaveLength(1)
  })

  it('makes a line of the site dry, and says so over the answer', async () => {
    const text = await hears('grace', 'paint north')
    expect(text).toContain('Practice: nothing was changed.')
    expect(text).toContain('would_paint')
    expect(text).not.toContain('Painted')
    expect(trail).toEqual([])
    const run = await world.newestRun('paint')
    expect(run).toMatchObject({ state: 'succeeded', dry: 1, effects: 'read', mode: 'inline', locks: '[]' })
    expect(await world.auditOf(String(run.id))).toEqual(['run.admitted', 'policy.allowed', 'run.succeeded'])
    expect((await env.DB.prepare('SELECT run FROM approvals').all()).results).toEqual([])
  })

  it('decides as ever: who may not paint may not practise it, either', async () => {
    expect(await hears('grace', 'paint gold')).toContain('paint:gold')
    expect(await hears('grace', `seed '{"wall":"gold"}' | paint $wall`)).toContain('paint:gold')
    expect(trail).toEqual([])
  })

  it('stops a line at a command that cannot say what it would do, and says what that is', async () => {
    const text = await hears('grace', `seed '[{"w":"a"},{"w":"b"}]' | scratch $w --with hunter2 | count`)
    expect(text).toContain('would run scratch --wall=a')
    expect(text).toContain('would run scratch --wall=b')
    expect(text).toContain('its module cannot say what it would do')
    expect(text).toContain('What comes after it in the line was not run.')
    expect(text).not.toContain('hunter2')
    expect(trail).toEqual([])
  })

  it('is said of what only reads, too, but not of what Pawl itself tells', async () => {
    expect(await hears('grace', 'gaze')).toMatch(/grey[\s\S]*Practice: nothing was changed/)
    expect(await hears('grace', 'gaze | count')).toContain('Practice: nothing was changed')
    for (const line of ['whoami', 'freeze list', 'echo hello'])
      expect(await hears('grace', line)).not.toContain('Practice')
  })

  it('keeps nothing with tee, whatever else the line does', async () => {
    await hears('grace', `seed '[{"real":1}]' | tee base`, '#ops')
    for (const line of [`seed '[{"real":2}]' | tee base`, 'paint north | tee base'])
      expect(await hears('grace', line)).toMatch(/Practice: nothing was changed[\s\S]*tee --name=base would keep/)
    expect(await hears('grace', 'cat base')).toMatch(/real\W+1/)
  })

  it('is not for other commands of Pawl itself: they do what they say, and nobody is told otherwise', async () => {
    const text = await hears('ada', 'group create painters')
    expect(text).toContain('Created the group painters')
    expect(text).not.toContain('nothing was changed')
    expect((await env.DB.prepare("SELECT name FROM groups WHERE name = 'painters'").all()).results).toHaveLength(1)
  })

  it('keeps its answers in the room, wherever the line sends them', async () => {
    const text = await hears('ada', 'paint north > #general')
    expect(text).toContain('elsewhere the answer would go to #general')
    expect(text).toContain('would_paint')
    const there = slack('ada', '#general').sees()
    expect(JSON.stringify(there)).not.toContain('would_paint')
    expect(await hears('grace', 'paint north > #general')).toContain('redirect:post')
  })

  it('calls nobody outside', async () => {
    const before = world.simulator.upstream.log.length
    expect(await hears('ada', 'deploy web prod')).toContain('its deploy hook at')
    expect(world.simulator.upstream.log.length).toBe(before)
  })

  it('is of that room alone: elsewhere, and in a direct conversation, the same line is no practice', async () => {
    for (const room of ['#ops', 'dm']) expect(await hears('grace', 'scratch south', room)).not.toContain('Practice')
    expect(trail).toEqual(['south', 'south'])
  })

  it('does not hold for a room of another platform with the same name', async () => {
    const exchange = await world.simulator.discord.user('ada').in('#training').says('/pawl run: scratch east')
    expect((await exchange.final()).text).not.toContain('Practice')
    expect(trail.at(-1)).toBe('east')
  })

  it('is set on Discord, too', async () => {
    const discord = world.simulator.discord.user('ada').in('#training')
    const said = async (line: string) => (await (await discord.says(`/pawl run: ${line}`)).final()).text
    expect(await said('room set #training --practice')).toContain('commands only say')
    expect(await said('scratch west')).toContain('would run scratch --wall=west')
    expect(trail).not.toContain('west')
    expect(await said('room set #training --no-practice')).toContain('commands do what they say')
  })

  it('of a line that is run again stands for nobody who runs it again in earnest', async () => {
    await (await slack('grace', '#ops').says('/pawl crumble')).final()
    const { id } = await world.newestRun('crumble')
    const tries = () => trail.filter((one) => one === 'crumble').length
    expect(tries()).toBe(1)
    expect(await hears('grace', `run retry ${id}`)).toContain('Practice: nothing was changed.')
    expect(tries()).toBe(1)
    const offered = slack('grace', '#ops')
      .sees()
      .filter(({ buttons }) => buttons.some(({ label }) => label === 'Retry'))
    expect(offered).toHaveLength(1)
    await (await slack('grace', '#ops').says(`/pawl run:retry ${id}`)).final()
    await vi.waitUntil(() => tries() === 2, { timeout: 5_000 })
  })

  it('is asked with a plan, which says that it is one', async () => {
    const text = await hears('grace', 'plan paint north')
    expect(text).toContain('would only say what it would do')
    expect(text).toContain('this room practises')
  })

  it('ends where it is typed: room set in the room itself is meant', async () => {
    expect(await hears('ada', 'room set #training --no-practice')).toContain('commands do what they say')
    await hears('grace', 'scratch last')
    expect(trail.at(-1)).toBe('last')
    expect((await env.DB.prepare('SELECT ref FROM room_settings').all()).results).toEqual([])
  })
})

it('never sent a message that the platforms would have refused', () => {
  expect(world.simulator.violations).toEqual([])
})
