/** Rooms that always get the answers of some commands, and rooms whose answers go into threads. */
import { env } from 'cloudflare:test'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import { defineCommand, md } from '#pawl'
import { worldWith } from './survive.kit.ts'
import type { World } from './world.ts'

const build = (name: string, run: 'inline' | 'job', answer: 'channel' | 'private' = 'channel') =>
  defineCommand({
    name,
    summary: 'Build something',
    options: { what: z.string().describe('What') },
    effects: 'write',
    run,
    answer,
    rules: [`when command is ${name.replace(' ', ':')} allow`],
    handler({ what }) {
      if (what === 'nothing') throw new Error('broken')
      return { what }
    },
    dryRun: ({ what }) => ({ what }),
    view: ([{ what }]) => md`Built ${what}`,
  })

let world: World
const slack = (person: string, room = '#ops') => world.simulator.slack.user(person).in(room)
const discord = (person: string, room = '#ops') => world.simulator.discord.user(person).in(room)
const hears = async (person: string, line: string, room?: string) =>
  (await (await slack(person, room).says(`/pawl ${line}`)).final()).text
const seen = (room: string) =>
  slack('linus', room)
    .sees()
    .map(({ text }) => text)
const until = async (room: string, text: string) =>
  await vi.waitUntil(() => seen(room).filter((one) => one.includes(text)).length > 0, { timeout: 10_000 })

beforeAll(async () => {
  world = await worldWith(build('make', 'inline'), build('pack ship', 'job'), build('hush', 'inline', 'private'))
})

describe('answers that always go to a room', () => {
  it('are set by keys and groups of commands, each checked', async () => {
    expect(await hears('grace', 'room set #general --answers-of make')).toContain('pawl:admin')
    expect(await hears('ada', 'room set #general --answers-of mkae')).toContain('there is no command "mkae"')
    expect(await hears('ada', 'room set #general --answers-of crate:*')).toContain('there is no command "crate:*"')
    expect(await hears('ada', 'room set #general --answers-of hush')).toContain('for the asker alone')
    expect(await hears('ada', 'room set #general')).toContain('say what to set')
    expect(await hears('ada', 'room set #nowhere --thread')).toContain('no such channel')
    const text = await hears('ada', `room set #general --answers-of 'make, pack:*'`)
    expect(text).toContain('make, pack:*')
    expect(await hears('ada', 'room show #general')).toContain('make, pack:*')
    expect(await hears('ada', 'room list | pick room practice answers_of')).toMatch(/#general[\s\S]*pack:\*/)
  })

  it('come there with who asked and from where, and stay where they were asked', async () => {
    expect(await hears('grace', 'make alpha')).toContain('Built alpha')
    await until('#general', 'Built alpha')
    expect(seen('#general').find((text) => text.includes('Built alpha'))).toMatch(/sent by .*grace.* from #ops ·/i)
    const run = await world.newestRun('make')
    const { results } = await env.DB.prepare('SELECT target, label, state FROM outbox WHERE run = ?').bind(run.id).all()
    expect(results).toEqual([{ target: 1, label: '#general', state: expect.any(String) }])
    expect(await hears('grace', `history:show ${run.id}`)).toContain('always to #general')
  })

  it('come of any stage of a line, and of jobs, through the outbox', async () => {
    await hears('grace', 'make beta | table')
    await until('#general', 'beta')
    world.simulator.faults.next('slack.chat.postMessage', { status: 500 }, 1)
    await slack('grace').says('/pawl pack:ship gamma')
    await until('#general', 'Built gamma')
    const run = await world.newestRun('pack:ship')
    expect(run).toMatchObject({ state: 'succeeded' })
  })

  it('come there once: not of a line asked in that room, nor of one that sends its answer there itself', async () => {
    expect(await hears('grace', 'make delta', '#general')).toContain('Built delta')
    await hears('ada', 'make epsilon > #general')
    await until('#general', 'Built epsilon')
    await hears('grace', 'make zeta')
    await until('#general', 'Built zeta')
    expect(seen('#general').filter((text) => text.includes('Built delta'))).toHaveLength(1)
    expect(seen('#general').filter((text) => text.includes('Built epsilon'))).toHaveLength(1)
  })

  it('come there, too, when the line sends its answer to a third place from that very room', async () => {
    await hears('ada', 'make eta > #training', '#general')
    await until('#training', 'Built eta')
    await until('#general', 'Built eta')
  })

  it('need no permission of the asker, and none is asked for', async () => {
    expect(await hears('grace', 'make theta > #training')).toContain('redirect:post')
    expect(await hears('grace', 'make iota')).toContain('Built iota')
    await until('#general', 'Built iota')
  })

  it('are none of what is private, dry, refused or failed', async () => {
    await hears('grace', 'make kappa --dry-run')
    await hears('grace', 'make lambda | whoami')
    await hears('grace', 'make nothing')
    await hears('grace', 'make phi --nonsense')
    await hears('grace', 'make omega')
    await until('#general', 'Built omega')
    const all = seen('#general').join('\n')
    for (const word of ['kappa', 'lambda', 'nothing', 'failed', 'phi']) expect(all).not.toContain(word)
  })

  it('come from the other platform, without a mention that means nothing there', async () => {
    const answer = await (await discord('linus').says('/pawl run: make mu')).final()
    expect(answer.text).toContain('Built mu')
    await until('#general', 'Built mu')
    expect(seen('#general').find((text) => text.includes('Built mu'))).not.toMatch(/<@|unknown/i)
  })

  it('go to a room of Discord when it was asked in Slack', async () => {
    const said = async (line: string) =>
      (await (await discord('ada', '#general').says(`/pawl run: ${line}`)).final()).text
    expect(await said('room set #general --answers-of make')).toContain('make')
    expect(await hears('grace', 'make psi')).toContain('Built psi')
    const there = () =>
      discord('linus', '#general')
        .sees()
        .find(({ text }) => text.includes('Built psi'))
    await vi.waitUntil(() => there() !== undefined, { timeout: 10_000 })
    expect(there()?.text).toMatch(/sent by [\s\S]* from #ops on slack/)
    await said('room set #general --answers-of none')
  })

  it('that cannot be brought are told to who asked', async () => {
    await env.DB.prepare(
      "INSERT INTO room_settings (ref, workspace, name, answers_of) SELECT 'slack:C0GONE00001', workspace, '#gone', '[\"make\"]' FROM room_settings LIMIT 1",
    ).run()
    expect(await hears('grace', 'make nu')).toContain('Built nu')
    const told = () =>
      slack('grace', 'dm')
        .sees()
        .some(({ text }) => text.includes('#gone'))
    await vi.waitUntil(told, { timeout: 5_000 })
    await env.DB.prepare("DELETE FROM room_settings WHERE ref = 'slack:C0GONE00001'").run()
  })

  it('end with "none", and the room has no settings left', async () => {
    expect(await hears('ada', 'room set #general --answers-of none')).toContain('none')
    expect((await env.DB.prepare('SELECT ref FROM room_settings').all()).results).toEqual([])
    await hears('grace', 'make xi')
    await hears('ada', 'echo after > #general')
    await until('#general', 'after')
    expect(seen('#general').join('\n')).not.toContain('Built xi')
  })
})

describe('settings of a room', () => {
  it('that two people change at the same moment are both kept', async () => {
    const lines = ['room set #general --thread', 'room set #general --practice', 'room set #general --answers-of make']
    await Promise.all(lines.map((line) => hears('ada', line)))
    const row = await env.DB.prepare('SELECT practice, thread, answers_of FROM room_settings').first()
    expect(row).toEqual({ practice: 1, thread: 1, answers_of: '["make"]' })
    await hears('ada', 'room set #general --no-thread --no-practice --answers-of none')
    expect((await env.DB.prepare('SELECT ref FROM room_settings').all()).results).toEqual([])
  })

  it('let no answers go where people of another workspace read', async () => {
    const spy = vi.mocked(globalThis.fetch)
    const serve = spy.getMockImplementation()
    if (!serve) throw new Error('the world answers no requests')
    spy.mockImplementation(async (input, init) => {
      const { url } = new Request(input as Request, init)
      const response = await serve(input, init)
      if (!url.includes('conversations.info')) return response
      const body = (await response.json()) as { channel: object }
      return Response.json({ ...body, channel: { ...body.channel, is_ext_shared: true } })
    })
    expect(await hears('ada', 'room set #general --answers-of make')).toContain('shared with another workspace')
    expect(await hears('ada', 'room set #general --practice')).toContain('Set #general')
    spy.mockImplementation(serve)
    await hears('ada', 'room set #general --no-practice')
  })

  it('are for ten rooms with answers at most', async () => {
    const rooms = Array.from({ length: 10 }, (_, i) => `('slack:CMANY${i}', 'T0PAWL', '#many${i}', '["make"]')`)
    await env.DB.prepare(
      `INSERT INTO room_settings (ref, workspace, name, answers_of) VALUES ${rooms.slice(1).join(', ')}`,
    ).run()
    expect(await hears('ada', 'room set #general --answers-of make')).toContain('Set #general')
    await hears('ada', 'room set #general --answers-of none')
    await env.DB.prepare(`INSERT INTO room_settings (ref, workspace, name, answers_of) VALUES ${rooms[0]}`).run()
    expect(await hears('ada', 'room set #general --answers-of make')).toContain('10 rooms always get answers')
    expect(await hears('ada', 'room set #general --thread')).toContain('Set #general')
    await env.DB.prepare('DELETE FROM room_settings').run()
  })
})

describe('a room whose answers go into threads', () => {
  const found = (text: string, person = 'grace') =>
    slack(person)
      .sees()
      .find((message) => message.text.includes(text))

  it('answers a mention in a thread under it', async () => {
    await hears('ada', 'room set #ops --thread')
    await slack('grace').says('@pawl make omicron')
    await vi.waitUntil(() => found('Built omicron') !== undefined, { timeout: 5_000 })
    expect(found('Built omicron')?.threadOf).toMatch(/^\d+\.\d+$/)
  })

  it('keeps a job, from its first word to its end, in the thread', async () => {
    await slack('grace').says('@pawl pack ship pi')
    await vi.waitUntil(() => found('Built pi') !== undefined, { timeout: 10_000 })
    expect(found('Built pi')?.threadOf).toMatch(/^\d+\.\d+$/)
    const inRoom = slack('linus')
      .sees()
      .filter(({ text, threadOf }) => threadOf === null && text.includes('pack ship pi'))
    expect(inRoom).toEqual([])
  })

  it('tells one person what is for that person alone where it is seen, not in a thread that has not begun', async () => {
    await slack('grace').says('@pawl hush upsilon')
    const isTold = () =>
      slack('grace')
        .sees()
        .find(({ onlyFor, text }) => onlyFor === 'grace' && text.includes('Built upsilon'))
    await vi.waitUntil(() => isTold() !== undefined, { timeout: 5_000 })
    expect(isTold()?.threadOf).toBe(null)
  })

  it('answers a slash command, which stands in no thread, in the room', async () => {
    expect(await hears('grace', 'make rho')).toContain('Built rho')
    expect(found('Built rho')?.threadOf).toBe(null)
  })

  it('is another room on Discord, where there is nothing to begin a thread under', async () => {
    await (await discord('ada').says('/pawl run: room set #ops --thread')).final()
    expect((await (await discord('linus').says('/pawl run: make sigma')).final()).text).toContain('Built sigma')
  })

  it('ends', async () => {
    await hears('ada', 'room set #ops --no-thread')
    await slack('grace').says('@pawl make tau')
    await vi.waitUntil(() => found('Built tau') !== undefined, { timeout: 5_000 })
    expect(found('Built tau')?.threadOf).toBe(null)
  })
})

it('never sent a message that the platforms would have refused', () => {
  expect(world.simulator.violations).toEqual([])
})
