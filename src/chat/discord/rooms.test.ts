/** Which room of Discord a rule names. */
import { expect, it } from 'vitest'
import type { DiscordConfig } from '../../config.ts'
import { createDiscordCourier } from './courier.ts'

const API = 'https://discord.com/api/v10/'
const CONFIG: DiscordConfig = { publicKeys: [], applicationId: '800', botToken: 'bot-secret', apiUrl: API }
const ada = { platform: 'discord', workspace: '100', id: '200' }

/** View Channel: https://docs.discord.com/developers/topics/permissions */
const VIEW = 1 << 10

/** What tells that ada sees what everybody sees. */
const AROUND = {
  'guilds/100': { id: '100', owner_id: '1', roles: [{ id: '100', permissions: String(VIEW) }] },
  'guilds/100/members/200': { roles: [] },
  'users/@me': { id: '801' },
  'guilds/100/members/801': { roles: [] },
}

/** The room in a Discord that answers so, by route. */
function room(typed: string, answers: Record<string, object>) {
  const all: Record<string, object> = { ...AROUND, ...answers }
  const fetch = async (address: string) => {
    const answer = all[address.replace(API, '')]
    if (!answer) throw new Error(`nobody expected ${address}`)
    return Response.json(answer)
  }
  return createDiscordCourier({ config: CONFIG, fetch, now: () => 0 }).room(ada, typed)
}

const channel = (more: object = {}) => ({ id: '301', type: 0, guild_id: '100', name: 'ops', ...more })
const refused = (pattern: RegExp) => ({ ok: false, message: expect.stringMatching(pattern) })

it('is found by id, also where Pawl cannot write: nothing is posted there', async () => {
  expect(await room('301', { 'channels/301': channel() })).toEqual({ ok: true, ref: 'discord:301', name: '#ops' })
})

it('is found by name among the channels of the guild', async () => {
  const list = { 'guilds/100/channels': [channel(), channel({ id: '302', name: 'dev' })] }
  expect(await room('ops', { 'channels/301': channel(), ...list })).toMatchObject({ ok: true, ref: 'discord:301' })
  expect(await room('nope', list)).toEqual(refused(/no such channel/))
})

it('that the asker does not see is not named', async () => {
  const hidden = channel({
    name: 'layoffs',
    permission_overwrites: [{ id: '100', type: 0, allow: '0', deny: String(VIEW) }],
  })
  const answer = await room('301', { 'channels/301': hidden })
  expect(answer).toEqual(refused(/no such channel/))
  expect(JSON.stringify(answer)).not.toContain('layoffs')
})

it.each([
  ['of another guild', { guild_id: '101' }, /no such channel/],
  ['to talk in', { type: 2 }, /no text channel/],
])('%s is refused', async (_, more, message) => {
  expect(await room('301', { 'channels/301': channel(more) })).toEqual(refused(message))
})
