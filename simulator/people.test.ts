/** The people who are not full members, as the two platforms tell of them. */
import { describe, expect, it } from 'vitest'
import { createFixture, type Fixture } from './fixture.ts'
import { PEOPLE } from './index.ts'

const idOf = (name: string, platform: 'slack' | 'discord') =>
  PEOPLE.find((person) => person.name === name)?.[platform] ?? 'nobody'

/** Slack overlooks a JSON body here. */
async function usersInfo({ simulator, secrets }: Fixture, name: string) {
  const response = await simulator.fetch(
    new Request('http://simulator.test/slack/api/users.info', {
      method: 'POST',
      headers: { authorization: `Bearer ${secrets.slackBotToken}` },
      body: new URLSearchParams({ user: idOf(name, 'slack') }),
    }),
  )
  return ((await response.json()) as { user: Record<string, unknown> }).user
}

describe('on Slack', () => {
  it.each([
    ['ada', { team_id: 'T0PAWL', is_restricted: false }],
    ['gus', { team_id: 'T0PAWL', is_restricted: true }],
    ['eve', { team_id: 'T0OTHER', is_restricted: false, is_stranger: true }],
  ])('users.info says who %s is', async (name, expected) => {
    const user = await usersInfo(await createFixture(), name)
    expect(user).toMatchObject(expected)
    expect('is_stranger' in user).toBe(name === 'eve')
  })

  it('a stranger has none of the slash commands, and a mention of hers names her own workspace', async () => {
    const { simulator, heard } = await createFixture()
    const eve = simulator.slack.user('eve').in('#ops')
    expect((await eve.says('/pawl whoami')).refused).toBe('/pawl is not a valid command')
    expect(heard).toEqual([])
    await eve.says('@pawl whoami')
    expect(JSON.parse(heard[0]?.body ?? '')).toMatchObject({
      team_id: 'T0PAWL',
      is_ext_shared_channel: true,
      event: { team: 'T0OTHER', user_team: 'T0OTHER' },
    })
  })
})

describe('on Discord', () => {
  it.each([
    ['ada', { flags: 0, pending: false }],
    ['gus', { flags: 16, pending: false }],
    ['eve', { flags: 0, pending: true }],
  ])('the member object says who %s is', async (name, expected) => {
    const { simulator, heard, discord } = await createFixture()
    await discord('PUT', `/applications/1180000000000000090/commands`, [{ name: 'whoami', description: 'Who' }])
    await simulator.discord.user(name).in('#ops').says('/whoami')
    expect(JSON.parse(heard[0]?.body ?? '').member).toMatchObject(expected)
    const asked = await discord('GET', `/guilds/1180000000000000001/members/${idOf(name, 'discord')}`)
    expect(asked.body).toMatchObject(expected)
  })
})
