/** Queued runs whose asker's standing the platform does not tell just now: nothing of them is executed until it does, or it is too late. */
import { env } from 'cloudflare:test'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import { defineCommand } from '#pawl'
import { STANDING_AGAIN_MS } from '../../src/runs/limits.ts'
import { forward, type HeldWake, holdBack, work, worldWith } from './survive.kit.ts'
import type { World } from './world.ts'

const MINUTE = 60_000

/** What happened outside, in order. */
const trail: string[] = []

const half = (name: string, rule: string) =>
  defineCommand({
    name,
    summary: 'Do one half, wait, do the other',
    effects: 'write',
    run: 'job',
    timeout: '30m',
    options: {},
    rules: [rule],
    async handler(_, ctx) {
      await ctx.step('charge', () => void trail.push('charge'))
      await ctx.sleep('20m')
      await ctx.step('settle', () => void trail.push('settle'))
      return 'settled'
    },
  })

/** What it may do, its record decides. */
const late = defineCommand({
  name: 'late',
  summary: 'Act on a record',
  effects: 'write',
  run: 'job',
  options: { value: z.string().describe('What') },
  rules: ['when command is late allow', 'when command is late with option[value] == "secret" must have audit:read'],
  handler: ({ value }) => void trail.push(value),
})

let world: World
let wakes: HeldWake[]
beforeAll(async () => {
  world = await worldWith(
    half('half', 'when command is half must have audit:read'),
    half('open', 'when command is open allow'),
    late,
  )
  await env.DB.batch([
    env.DB.prepare("INSERT INTO roles (name, created_at) VALUES ('reader', 0)"),
    env.DB.prepare("INSERT INTO permissions (name) VALUES ('audit:read') ON CONFLICT DO NOTHING"),
    env.DB.prepare("INSERT INTO role_permissions (role_id, permission) SELECT id, 'audit:read' FROM roles"),
    env.DB.prepare(
      "INSERT INTO group_roles (group_id, role_id) SELECT g.id, r.id FROM groups g, roles r WHERE g.name = 'everyone'",
    ),
  ])
})
beforeEach(() => {
  wakes = holdBack()
})
afterEach(() => {
  trail.length = 0
  world.simulator.faults.clear()
  vi.mocked(env.JOBS.send).mockRestore?.()
})

const down = (times: number) => world.simulator.faults.next('slack.users.info', { status: 500 }, times)

/** Says a line as somebody who may it as a full member alone. */
async function asks(line: string, command = line) {
  const exchange = await world.says('linus', `/pawl ${line}`)
  return { id: String((await world.newestRun(command)).id), told: async () => (await exchange.final()).text }
}

/** What was known of him counts no more. */
const forget = () => env.DB.exec('DELETE FROM standings')

describe('a job that its asker may run as a full member alone', () => {
  it('and that is half done waits until the platform says so, then goes on', async () => {
    const { id, told } = await asks('half')
    await work(id)
    expect(trail).toEqual(['charge'])
    forward(20 * MINUTE)
    down(1)
    await work(id)
    expect(await world.newestRun('half')).toMatchObject({ state: 'queued', attempt: 1 })
    expect(wakes.at(-1)).toEqual({ wake: { kind: 'run', run: id }, delaySeconds: STANDING_AGAIN_MS / 1_000 })
    expect(trail).toEqual(['charge'])
    forward(STANDING_AGAIN_MS)
    await work(id)
    expect(await told()).toContain('settled')
    expect(trail).toEqual(['charge', 'settle'])
  })

  it('fails, and says that it had begun, when the platform says that he is none any more', async () => {
    const { id, told } = await asks('half')
    await work(id)
    await env.DB.exec("UPDATE standings SET standing = 'outside'")
    forward(1_000)
    await env.DB.prepare('UPDATE runs SET wake_at = 1 WHERE id = ?').bind(id).run()
    await env.DB.exec(`UPDATE standings SET checked_at = ${Date.now()}`)
    await work(id)
    expect(await told()).toContain('it may not run any more')
    expect(trail).toEqual(['charge'])
    await forget()
  })

  it('expires when it may not start so late, without having begun', async () => {
    const { id, told } = await asks('half')
    await forget()
    down(2)
    await work(id)
    forward(9 * MINUTE)
    await work(id)
    expect(await world.newestRun('half')).toMatchObject({ state: 'queued', attempt: 0 })
    forward(2 * MINUTE)
    down(1)
    await work(id)
    expect(await world.newestRun('half')).toMatchObject({ state: 'expired' })
    expect(await told()).toContain('was not started in time')
    expect(trail).toEqual([])
  })

  it('runs out of time when that is over, with nothing done meanwhile', async () => {
    const { id, told } = await asks('half')
    await work(id)
    await forget()
    down(2)
    forward(29 * MINUTE)
    await work(id)
    expect(await world.newestRun('half')).toMatchObject({ state: 'queued' })
    forward(2 * MINUTE)
    await work(id)
    expect(await world.newestRun('half')).toMatchObject({ state: 'timed_out' })
    expect(await told()).toContain('ran out of time')
    expect(trail).toEqual(['charge'])
  })
})

describe('while the platform does not say who is a full member', () => {
  it('a job that anybody may run goes on', async () => {
    const { id } = await asks('open')
    await forget()
    down(1)
    await work(id)
    expect(await world.newestRun('open')).toMatchObject({ state: 'queued', attempt: 1 })
    expect(trail).toEqual(['charge'])
  })

  it('a job that he may not run in any case is denied', async () => {
    await world.hears('ada', '/pawl rule create \'when command is open forbid because "closed"\'')
    const rule = await env.DB.prepare("SELECT id FROM rules WHERE command = 'open'").first<{ id: number }>()
    await world.hears('ada', `/pawl rule disable ${rule?.id}`)
    const { id } = await asks('open')
    await world.hears('ada', `/pawl rule enable ${rule?.id}`)
    await forget()
    down(1)
    await work(id)
    expect(await world.newestRun('open')).toMatchObject({ id, state: 'denied' })
  })

  it('a job is not begun that would be decided on in the middle', async () => {
    const { id, told } = await asks('echo secret | late $value', 'echo|late')
    await forget()
    down(1)
    await work(id)
    expect(await world.newestRun('echo|late')).toMatchObject({ state: 'queued', attempt: 0 })
    forward(STANDING_AGAIN_MS)
    await work(id)
    await told()
    expect(trail).toEqual(['secret'])
  })
})

it('never sent a message that the platforms would have refused', () => {
  expect(world.simulator.violations).toEqual([])
})
