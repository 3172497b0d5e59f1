/** Redirects: resolved and allowed before anything runs, delivered there, and the asker told where. */
import { env } from 'cloudflare:test'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { openWorld, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})

const PIPELINE = `seed '[{"a":3},{"a":1},{"a":2}]' | sort a | head 2 | table`
const seen = (person: string, room: string) =>
  world.simulator.slack
    .user(person)
    .in(room)
    .sees()
    .map(({ text }) => text)
    .join('\n')

describe('a redirect', () => {
  it('sends the answer to another room on Slack, and tells the asker privately where it went', async () => {
    const exchange = await world.says('ada', `/pawl ${PIPELINE} > #general`)
    const told = await exchange.final()
    expect(told).toMatchObject({ onlyFor: 'ada', room: 'ops' })
    expect(told.text).toContain('goes to #general')
    await vi.waitUntil(() => seen('grace', '#general').includes('1'), { timeout: 3_000 })
    expect(seen('grace', '#general')).toMatch(/a\s+1\s+2/)
    expect(seen('grace', '#ops')).not.toMatch(/a\s+1\s+2/)
  })

  it('does so on Discord', async () => {
    const exchange = await world.simulator.discord.user('ada').in('#ops').says(`/pawl run: ${PIPELINE} > #general`)
    expect((await exchange.final()).text).toContain('goes to')
    const there = () =>
      world.simulator.discord
        .user('grace')
        .in('#general')
        .sees()
        .map(({ text }) => text)
        .join('\n')
    await vi.waitUntil(() => there().includes('1'), { timeout: 3_000 })
    expect(there()).toMatch(/a\s+1\s+2/)
  })

  it('goes to several places, here included', async () => {
    const exchange = await world.says('ada', '/pawl echo everywhere *> here @grace')
    expect((await exchange.final()).text).toContain('everywhere')
    await vi.waitUntil(() => seen('grace', 'dm').includes('everywhere'), { timeout: 3_000 })
  })

  it('needs a permission to go to others, and none to go to oneself', async () => {
    const refused = await (await world.says('grace', '/pawl echo spam > #general')).final()
    expect(refused.text).toContain('redirect:post')
    expect(refused.onlyFor).toBe('grace')
    expect(seen('linus', '#general')).not.toContain('spam')
    await (await world.says('grace', '/pawl echo mine > me')).final()
    await vi.waitUntil(() => seen('grace', 'dm').includes('mine'), { timeout: 3_000 })
  })

  it('to a room that the bot cannot post in stops the line before anything runs', async () => {
    const before = world.simulator.upstream.log.length
    const answer = await (await world.says('ada', '/pawl deploy web staging > #dev')).final()
    expect(answer.text).toContain('Nothing was run')
    expect(world.simulator.upstream.log.length).toBe(before)
    expect(await world.newestRun('deploy')).toMatchObject({ state: 'failed', code: 'redirect' })
  })

  it('carries a job, whose progress stays where it was asked', async () => {
    const exchange = await world.says('ada', '/pawl deploy web staging > #general')
    await vi.waitUntil(() => seen('grace', '#general').includes('Deployed'), { timeout: 15_000 })
    expect((await exchange.final()).text).toContain('goes to #general')
    expect(seen('grace', '#general')).not.toContain('Running')
  })

  it('that fails to arrive at once is brought from the outbox, and the run is not repeated', async () => {
    world.simulator.faults.next('slack.chat.postMessage', { status: 500 }, 1)
    await (await world.says('ada', '/pawl echo persistent > #general')).final()
    await vi.waitUntil(() => seen('grace', '#general').includes('persistent'), { timeout: 10_000 })
    const { results } = await env.DB.prepare(
      "SELECT o.target, o.state, o.reply, o.address FROM outbox o JOIN runs r ON r.id = o.run WHERE r.line LIKE '%persistent%'",
    ).all()
    expect(results).toEqual([{ target: 1, state: 'delivered', reply: '{}', address: null }])
  })

  it('must be written out', async () => {
    expect(await world.hears('ada', `/pawl seed '{"room":"#ops"}' | echo x > $room`)).toContain('written out')
  })
})

it('never sent a message that the platforms would have refused', () => {
  expect(world.simulator.violations).toEqual([])
})
