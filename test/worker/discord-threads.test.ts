/** Threads of Discord, which are rooms of their own there: what holds in a room holds in its threads, which keep their own answers. */
import { env } from 'cloudflare:test'
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import { defineCommand } from '#pawl'
import { DISCORD_GUILD, PEOPLE } from '../../simulator/index.ts'
import { readCommand } from '../../src/chat/discord/read.ts'
import { wasToldHere } from '../../src/runs/visibility.ts'
import { hall, lifetime, rest, textOf } from './forms.kit.ts'
import { holdBack, work, worldWith } from './survive.kit.ts'
import type { World } from './world.ts'

const trail: string[] = []
const wall = z.string().describe('Which wall')
const paint = defineCommand({
  name: 'paint',
  summary: 'Paint a wall',
  options: { wall },
  effects: 'write',
  rules: ['when command is paint allow'],
  handler: ({ wall: which }) => {
    trail.push(which)
    return { painted: which }
  },
  dryRun: ({ wall: which }) => ({ would_paint: which }),
})
const plaster = defineCommand({
  name: 'plaster',
  summary: 'Plaster a wall, in a while',
  options: { wall },
  effects: 'write',
  run: 'job',
  rules: ['when command is plaster allow'],
  handler: ({ wall: which }) => void trail.push(which),
})

const THREAD = '1190000000000000777'
const ROOMS = { training: '', ops: '', general: '' }
type Room = keyof typeof ROOMS
let world: World
beforeAll(async () => {
  world = await worldWith(paint, plaster)
  for (const name of Object.keys(ROOMS) as Room[]) {
    await inRoom(`room set #${name} --thread`)
    const ref = await env.DB.prepare("SELECT ref FROM room_settings WHERE name = ? AND ref LIKE 'discord:%'")
      .bind(`#${name}`)
      .first<string>('ref')
    ROOMS[name] = String(ref?.split(':')[1])
  }
  await inRoom('room set #training --practice')
  await inRoom('room set #training --no-thread')
})
beforeEach(() => {
  trail.length = 0
})

const inRoom = async (line: string) =>
  (await (await world.simulator.discord.user('ada').in('#ops').says(`/pawl run:${line}`)).final()).text

let interactions = 0
/** A command in a channel of a type, as Discord sends it. */
function asked(line: string, channel: { readonly id?: string; readonly type: number; readonly parent_id?: string }) {
  const id = channel.id ?? THREAD
  const invocation = readCommand(
    {
      id: `11900000000000010${10 + ++interactions}`,
      application_id: '1170000000000000001',
      type: 2,
      token: 'token',
      version: 1,
      guild_id: DISCORD_GUILD.id,
      channel_id: id,
      channel: { name: 'how do I paint?', ...channel, id },
      member: { user: { id: PEOPLE.find(({ name }) => name === 'grace')?.discord }, roles: [], permissions: '0' },
      data: { id: '1', name: 'pawl', type: 1, options: [{ name: 'run', type: 3, value: line }] },
    },
    Date.now(),
  )
  if (!invocation) throw new Error('not read')
  return invocation
}
async function says(line: string, channel: Parameters<typeof asked>[1]) {
  const reply = textOf(await hall().admit(asked(line, channel), lifetime))
  await rest()
  return reply
}
const threadOf = (room: Room, type = 11) => ({ type, parent_id: ROOMS[room] })

describe('a channel of Discord', () => {
  it.each([10, 11, 12])('of type %i is a thread, and its parent the room', (type) => {
    const { channel, address } = asked('paint north', { type, parent_id: '5' })
    expect(channel).toEqual({ id: THREAD, kind: 'channel', parent: '5', name: 'how do I paint?' })
    expect(address).toMatchObject({ channel: THREAD })
  })

  it.each([
    ['a room, whose parent is its category', { type: 0, parent_id: '5' }],
    ['a voice channel in a category', { type: 2, parent_id: '5' }],
    ['a thread without a parent', { type: 11 }],
  ])('that is %s has no room beside itself', (_, channel) => {
    expect(asked('paint north', channel).channel).not.toHaveProperty('parent')
  })

  it('with a parent that is no id is not read', () => {
    expect(() => asked('paint north', { type: 11, parent_id: 'general' })).toThrow('not read')
  })
})

describe('in a thread', () => {
  it('of a room that practises nothing is changed', async () => {
    expect(await says('paint north', threadOf('training'))).toContain('Practice')
    expect(trail).toEqual([])
    expect(await says('paint north', threadOf('ops'))).not.toContain('Practice')
    expect(trail).toEqual(['north'])
  })

  it('the rules of its room hold', async () => {
    await inRoom(`rule create 'when command is paint with channel == "#general" forbid because "not in general"'`)
    expect(await says('paint north', threadOf('general', 12))).toContain('not in general')
    expect(trail).toEqual([])
    await says('paint north', threadOf('ops'))
    expect(trail).toEqual(['north'])
  })

  it('the freezes of its room hold', async () => {
    const frozen = await inRoom(`freeze start 'the walls are wet' --where 'channel == "#ops"'`)
    expect(frozen).toContain('the walls are wet')
    expect(await says('paint north', threadOf('ops'))).toContain('the walls are wet')
    expect(trail).toEqual([])
    const id = await env.DB.prepare('SELECT max(id) AS id FROM freezes').first<number>('id')
    await inRoom(`freeze end ${id}`)
  })

  it('its room decides again when a queued run starts', async () => {
    holdBack()
    await says('plaster north', threadOf('general'))
    const run = await world.newestRun('plaster')
    expect(JSON.parse(String(run.channel))).toMatchObject({ id: THREAD, parent: ROOMS.general })
    await inRoom(`rule create 'when command is plaster with channel == "#general" forbid because "still wet"'`)
    await work(String(run.id))
    vi.mocked(env.JOBS.send).mockRestore()
    expect(await world.newestRun('plaster')).toMatchObject({ state: 'denied' })
    expect(trail).toEqual([])
  })

  it('what was told there was told there alone', async () => {
    await says('paint east', threadOf('ops'))
    const row = (await world.newestRun('paint')) as unknown as Parameters<typeof wasToldHere>[1]
    const { actor, channel } = asked('paint east', threadOf('ops'))
    expect(wasToldHere({ actor, channel }, row)).toBe(true)
    for (const id of [ROOMS.ops, '1190000000000000778'])
      expect(wasToldHere({ actor, channel: { ...channel, id } }, row)).toBe(false)
  })

  it('room show shows its room', async () => {
    const { actor, address } = asked('paint east', threadOf('training'))
    const ada = { ...actor, id: String(PEOPLE.find(({ name }) => name === 'ada')?.discord) }
    const invocation = asked('room show', threadOf('training'))
    const shown = textOf(await hall().admit({ ...invocation, actor: ada, address }, lifetime))
    expect(shown).toContain('#training')
  })
})
