import { describe, expect, it } from 'vitest'
import { createDiscordCourier } from './courier.ts'
import { discordStanding } from './standing.ts'

const ada = { user: { id: '200', username: 'ada' }, nick: null, roles: [], flags: 0, pending: false }

function discord(answer: object | Response | Error, botToken: string | null = 'bot-secret') {
  const asked: string[] = []
  const courier = createDiscordCourier({
    config: { publicKeys: [], applicationId: '800', botToken, apiUrl: 'https://discord.com/api/v10/' },
    now: () => 0,
    async fetch(address, init) {
      asked.push(`${init.method} ${address}`)
      if (answer instanceof Error) throw answer
      return answer instanceof Response ? answer : Response.json(answer)
    },
  })
  return { asked, standing: () => courier.standing({ platform: 'discord', workspace: '100', id: '200' }) }
}

describe('on Discord', () => {
  it('a member is one, whatever else Discord says or leaves out', () => {
    expect(discordStanding({ user: {} })).toBe('member')
    expect(discordStanding({ flags: 8 | 32, pending: false, user: { bot: false } })).toBe('member')
  })

  it.each([
    ['a guest', { flags: 16, user: {} }],
    ['a guest with other flags', { flags: 1 | 16 | 32, user: {} }],
    ['somebody before the screening', { pending: true, user: {} }],
    ['a bot', { user: { bot: true } }],
  ])('%s is outside', (_, member) => {
    expect(discordStanding(member)).toBe('outside')
  })

  it('is asked for the member of the guild', async () => {
    const { asked, standing } = discord(ada)
    expect(await standing()).toBe('member')
    expect(asked).toEqual(['GET https://discord.com/api/v10/guilds/100/members/200'])
    expect(await discord({ ...ada, flags: 16 }).standing()).toBe('outside')
  })

  it('whoever is no member of the guild is outside', async () => {
    const unknown = Response.json({ code: 10_007, message: 'Unknown Member' }, { status: 404 })
    expect(await discord(unknown).standing()).toBe('outside')
  })

  it.each([
    ['a revoked token', Response.json({ message: '401: Unauthorized' }, { status: 401 })],
    ['a missing access', Response.json({ code: 50_001 }, { status: 403 })],
    ['trouble at Discord', Response.json({}, { status: 500 })],
    ['a broken line', new Error('down')],
    ['an answer without a user', {}],
  ])('%s leaves it unknown', async (_, answer) => {
    expect(await discord(answer).standing()).toBe('unknown')
  })

  it('without a bot token it is unknown, and nothing is asked', async () => {
    const { asked, standing } = discord(ada, null)
    expect([await standing(), asked]).toEqual(['unknown', []])
  })
})
