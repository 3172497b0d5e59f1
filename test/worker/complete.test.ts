/** Completion of `/pawl run:` on Discord, through the real door. */
import { exports } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { DISCORD_GUILD, PEOPLE, signDiscord } from '../../simulator/index.ts'
import { TEST_SECRETS } from '../secrets.ts'
import { DOOR, openWorld } from './world.ts'

beforeAll(async () => {
  await openWorld()
})

async function choices(person: string, typed: string): Promise<string[]> {
  const id = PEOPLE.find(({ name }) => name === person)?.discord
  const body = JSON.stringify({
    type: 4,
    id: '1',
    application_id: TEST_SECRETS.discordApplicationId,
    guild_id: DISCORD_GUILD.id,
    channel_id: '2',
    member: { user: { id } },
    data: { id: '3', name: 'pawl', type: 1, options: [{ type: 3, name: 'run', value: typed, focused: true }] },
  })
  const signed = await signDiscord(TEST_SECRETS.discordPrivateKey, body, Math.floor(Date.now() / 1_000))
  const headers = { 'content-type': 'application/json', ...signed }
  const response = await exports.default.fetch(
    new Request(`${DOOR}/discord/interactions`, { method: 'POST', headers, body }),
  )
  const answer = (await response.json()) as { type: number; data: { choices: { name: string; value: string }[] } }
  expect(answer.type).toBe(8)
  for (const { name, value } of answer.data.choices) expect(name).toBe(value)
  return answer.data.choices.map(({ value }) => value)
}

describe('while a line is typed on Discord', () => {
  it('commands and options are offered, out of what the person may run', async () => {
    expect(await choices('ada', 'seed [] | so')).toEqual(['seed [] | sort'])
    expect(await choices('ada', 'deploy web s')).toEqual(['deploy web staging'])
    expect(await choices('grace', 'deploy web s')).toEqual([])
    expect(await choices('grace', 'audit')).toEqual([])
  })

  it('somebody without an id is told nothing', async () => {
    expect(await choices('nobody', 'e')).toEqual([])
  })
})
