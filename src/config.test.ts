import { describe, expect, it } from 'vitest'
import { parseConfig } from './config.ts'

const SERVED = {
  SLACK_SIGNING_SECRET: '0123456789abcdef0123456789abcdef',
  DISCORD_PUBLIC_KEY: 'a'.repeat(64),
  PAWL_WORKSPACES: 'slack:T1 discord:7',
}
const rooms = (PAWL_CHECKPOINT_ROOM: string) => {
  const { checkpointRooms, problems } = parseConfig({ ...SERVED, PAWL_CHECKPOINT_ROOM })
  return { checkpointRooms, problems }
}

describe('PAWL_CHECKPOINT_ROOM', () => {
  it('may be missing or empty: then nothing is posted', () => {
    expect(parseConfig(SERVED)).toMatchObject({ checkpointRooms: [], problems: [] })
    expect(rooms(' ')).toEqual({ checkpointRooms: [], problems: [] })
  })

  it('names rooms of both platforms, with commas or spaces between them, each once', () => {
    expect(rooms('slack:T1:C0A,discord:7:8 slack:T1:G0B, slack:T1:C0A')).toEqual({
      checkpointRooms: [
        { platform: 'slack', workspace: 'T1', channel: 'C0A' },
        { platform: 'discord', workspace: '7', channel: '8' },
        { platform: 'slack', workspace: 'T1', channel: 'G0B' },
      ],
      problems: [],
    })
  })

  it.each(['slack:T1', 'slack:T1:', 'slack:T1:U0A', 'slack:T1:#ops', 'discord:7:ops', 'irc:T1:C0A', 'slack:T1:C0A:1'])(
    'of the form %s is a problem that says the form, and posts nowhere',
    (entry) => {
      expect(rooms(entry)).toEqual({
        checkpointRooms: [],
        problems: ['PAWL_CHECKPOINT_ROOM: entry 1 is not of the form slack:T…:C… or discord:GUILD:CHANNEL'],
      })
    },
  )

  it('in a workspace that is not served is a problem, and the other rooms still count', () => {
    expect(rooms('slack:T2:C0A slack:T1:C0A')).toEqual({
      checkpointRooms: [{ platform: 'slack', workspace: 'T1', channel: 'C0A' }],
      problems: ['PAWL_CHECKPOINT_ROOM: entry 1 is in a workspace that PAWL_WORKSPACES does not list'],
    })
  })
})

describe('PAWL_SECURITY_ROOM', () => {
  const room = (PAWL_SECURITY_ROOM: string) => {
    const { securityRoom, problems } = parseConfig({ ...SERVED, PAWL_SECURITY_ROOM })
    return { securityRoom, problems }
  }

  it.each([
    ['', null, []],
    ['discord:7:8', { platform: 'discord', workspace: '7', channel: '8' }, []],
    ['#security', null, ['PAWL_SECURITY_ROOM: entry 1 is not of the form slack:T…:C… or discord:GUILD:CHANNEL']],
    ['slack:T2:C0A', null, ['PAWL_SECURITY_ROOM: entry 1 is in a workspace that PAWL_WORKSPACES does not list']],
    [
      'slack:T1:C0A slack:T1:C0B',
      { platform: 'slack', workspace: 'T1', channel: 'C0A' },
      ['PAWL_SECURITY_ROOM names several rooms: name one'],
    ],
  ])('of the form "%s" is %j', (setting, securityRoom, problems) => {
    expect(room(setting)).toEqual({ securityRoom, problems })
  })
})
