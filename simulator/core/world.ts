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
  /**
   * A full member of workspace and guild; a guest of both; or a stranger: of another Slack workspace, in the rooms that are
   * shared with it, and not yet through the guild's screening.
   */
  readonly standing: 'member' | 'guest' | 'stranger'
}

/** A room of the workspace, or a person's direct conversation with the bot. */
export interface Room {
  /** `ops`, or `dm`. */
  readonly name: string
  readonly slack: string
  readonly discord: string
  /** Whether the bot may post here with its token. */
  readonly botIsMember: boolean
  /** Who sees it, by name; null is everybody. */
  readonly only: readonly string[] | null
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
/** The workspace with which rooms are shared. Pawl is not installed there. */
const OTHER_TEAM = 'T0OTHER'

/** The Slack workspace that somebody belongs to. */
export function slackTeamOf({ standing }: Person): string {
  return standing === 'stranger' ? OTHER_TEAM : SLACK_TEAM.id
}

export const DISCORD_GUILD = { id: '1180000000000000001', botUser: '1180000000000000099' }

export const PEOPLE: readonly Person[] = [
  {
    name: 'ada',
    slack: 'U0ADA00001',
    discord: '1180000000000000011',
    slackDirect: 'D0ADA00001',
    discordDirect: '1180000000000000111',
    standing: 'member',
  },
  {
    name: 'grace',
    slack: 'U0GRACE001',
    discord: '1180000000000000012',
    slackDirect: 'D0GRACE001',
    discordDirect: '1180000000000000112',
    standing: 'member',
  },
  {
    name: 'linus',
    slack: 'U0LINUS001',
    discord: '1180000000000000013',
    slackDirect: 'D0LINUS001',
    discordDirect: '1180000000000000113',
    standing: 'member',
  },
  {
    name: 'joan',
    slack: 'U0JOAN0001',
    discord: '1180000000000000016',
    slackDirect: 'D0JOAN0001',
    discordDirect: '1180000000000000116',
    standing: 'member',
  },
  {
    name: 'gus',
    slack: 'U0GUS00001',
    discord: '1180000000000000014',
    slackDirect: 'D0GUS00001',
    discordDirect: '1180000000000000114',
    standing: 'guest',
  },
  {
    name: 'eve',
    slack: 'U0EVE00001',
    discord: '1180000000000000015',
    slackDirect: 'D0EVE00001',
    discordDirect: '1180000000000000115',
    standing: 'stranger',
  },
]

/** Where Pawl tells of every broken glass. */
export const SECURITY_ROOM: Room = {
  name: 'security',
  slack: 'C0SECURITY',
  discord: '1180000000000000025',
  botIsMember: true,
  only: null,
  direct: null,
}

const ROOMS: readonly Room[] = [
  { name: 'ops', slack: 'C0OPS00001', discord: '1180000000000000021', botIsMember: true, only: null, direct: null },
  { name: 'general', slack: 'C0GENERAL1', discord: '1180000000000000022', botIsMember: true, only: null, direct: null },
  { name: 'dev', slack: 'C0DEV00001', discord: '1180000000000000023', botIsMember: false, only: null, direct: null },
  {
    name: 'leads',
    slack: 'C0LEADS001',
    discord: '1180000000000000024',
    botIsMember: true,
    only: ['ada', 'grace'],
    direct: null,
  },
  SECURITY_ROOM,
  {
    name: 'training',
    slack: 'C0TRAINING',
    discord: '1180000000000000026',
    botIsMember: true,
    only: null,
    direct: null,
  },
]

/** Every room of the workspace, direct conversations last. */
export const ALL_ROOMS: readonly Room[] = [
  ...ROOMS,
  ...PEOPLE.map((person) => ({
    name: 'dm',
    slack: person.slackDirect,
    discord: person.discordDirect,
    botIsMember: true,
    only: [person.name],
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

/** Whether somebody sees what is said in a room. */
export function isOpenTo({ only }: Room, { name }: Person): boolean {
  return only === null || only.includes(name)
}

/** `#ops`, `ops`, or `dm` for the person's own conversation with the bot; only what the person sees. */
export function findRoom(name: string, person: Person): Room | undefined {
  const bare = name.replace(/^#/, '').toLowerCase()
  return ALL_ROOMS.find((room) => room.name === bare && isOpenTo(room, person))
}

/** The rooms of the workspace that somebody sees, as in `#ops, #general`. */
export function roomsOf(person: Person): string {
  return ROOMS.filter((room) => isOpenTo(room, person))
    .map(({ name }) => `#${name}`)
    .join(', ')
}

export function roomById(platform: PlatformName, id: string): Room | undefined {
  return ALL_ROOMS.find((room) => room[platform] === id)
}

/** How a room is named in the timeline: `ops`, or `dm:ada`. */
export function roomKey(room: Room): string {
  return room.direct ? `dm:${room.direct.name}` : room.name
}

/** Discord's guild member flag IS_GUEST. */
const IS_GUEST = 1 << 4

/** What Discord says of somebody as a member of the guild. */
export function memberFacts({ standing }: Person): { readonly flags: number; readonly pending: boolean } {
  return { flags: standing === 'guest' ? IS_GUEST : 0, pending: standing === 'stranger' }
}
