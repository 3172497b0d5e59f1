/**
 * The people and rooms that both pretend platforms know. Pure data and look-ups.
 */

export type PlatformName = 'slack' | 'discord'

/** Somebody with an account on both platforms. */
export interface Person {
  readonly name: string
  readonly slack: string
  readonly discord: string
  /** The conversation between this person and the bot. */
  readonly slackDirect: string
  readonly discordDirect: string
}

/** A room of the workspace, or a person's direct conversation with the bot. */
export interface Room {
  /** `ops`, or `dm`. */
  readonly name: string
  readonly slack: string
  readonly discord: string
  /** Whether the bot may post here with its token. */
  readonly botIsMember: boolean
  /** Whose conversation with the bot it is; null for a room of the workspace. */
  readonly direct: Person | null
}

export const SLACK_TEAM = {
  id: 'T0PAWL',
  domain: 'pawl-local',
  appId: 'A0PAWLAPP1',
  botUser: 'U0PAWLBOT1',
  botId: 'B0PAWLBOT1',
}
export const DISCORD_GUILD = { id: '1180000000000000001', botUser: '1180000000000000099' }

export const PEOPLE: readonly Person[] = [
  {
    name: 'ada',
    slack: 'U0ADA00001',
    discord: '1180000000000000011',
    slackDirect: 'D0ADA00001',
    discordDirect: '1180000000000000111',
  },
  {
    name: 'grace',
    slack: 'U0GRACE001',
    discord: '1180000000000000012',
    slackDirect: 'D0GRACE001',
    discordDirect: '1180000000000000112',
  },
  {
    name: 'linus',
    slack: 'U0LINUS001',
    discord: '1180000000000000013',
    slackDirect: 'D0LINUS001',
    discordDirect: '1180000000000000113',
  },
]

const ROOMS: readonly Room[] = [
  { name: 'ops', slack: 'C0OPS00001', discord: '1180000000000000021', botIsMember: true, direct: null },
  { name: 'general', slack: 'C0GENERAL1', discord: '1180000000000000022', botIsMember: true, direct: null },
  { name: 'dev', slack: 'C0DEV00001', discord: '1180000000000000023', botIsMember: false, direct: null },
]

/** Every room of the workspace, direct conversations last. */
export const ALL_ROOMS: readonly Room[] = [
  ...ROOMS,
  ...PEOPLE.map((person) => ({
    name: 'dm',
    slack: person.slackDirect,
    discord: person.discordDirect,
    botIsMember: true,
    direct: person,
  })),
]

/** `ada` or `@ada`. */
export function findPerson(name: string): Person | undefined {
  const bare = name.replace(/^@/, '').toLowerCase()
  return PEOPLE.find((person) => person.name === bare)
}

export function personById(platform: PlatformName, id: string): Person | undefined {
  return PEOPLE.find((person) => person[platform] === id)
}

/** `#ops`, `ops`, or `dm` for the person's own conversation with the bot. */
export function findRoom(name: string, person: Person): Room | undefined {
  const bare = name.replace(/^#/, '').toLowerCase()
  return ALL_ROOMS.find((room) => room.name === bare && (room.direct === null || room.direct === person))
}

export function roomById(platform: PlatformName, id: string): Room | undefined {
  return ALL_ROOMS.find((room) => room[platform] === id)
}

/** How a room is named in the timeline: `ops`, or `dm:ada`. */
export function roomKey(room: Room): string {
  return room.direct ? `dm:${room.direct.name}` : room.name
}
