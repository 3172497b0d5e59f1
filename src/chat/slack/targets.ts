/**
 * Where a redirect goes in Slack, and whether it may; which room a rule names. Network: Slack's Web API, through the client;
 * posts nothing.
 *
 * The addresses made here hold no response_url: what cannot be posted there is never said where it was asked instead.
 */
import * as z from 'zod'
import type { Resolved, Room, Target } from '../../runs/courier.ts'
import type { Actor, Address } from '../invocation.ts'
import { oneLine } from '../label.ts'
import { readSlackAddress, type SlackAddress, slackAddress } from './address.ts'
import type { SlackClient, SlackResult } from './client.ts'

/** Slack's most for one page of a list. https://docs.slack.dev/apis/web-api/pagination */
const PAGE_SIZE = '1000'
/** Somebody waits for the answer: 5,000 members, or rooms of the bot, are looked at and no more. */
const PAGES_MAX = 5

/** Ids as mentions carry them; whatever else follows `#` or `@` was typed and not picked. */
const CHANNEL_ID = /^[CG][A-Z0-9]+$/
const USER_ID = /^[UW][A-Z0-9]+$/

const channelSchema = z.object({
  channel: z.object({
    id: z.string(),
    name: z.string().default(''),
    is_member: z.boolean().default(false),
    is_archived: z.boolean().default(false),
    /** Where Slack does not say, the asker has to be a member. */
    is_private: z.boolean().default(true),
    is_im: z.boolean().default(false),
    is_mpim: z.boolean().default(false),
    is_shared: z.boolean().default(false),
    is_ext_shared: z.boolean().default(false),
    is_org_shared: z.boolean().default(false),
    is_pending_ext_shared: z.boolean().default(false),
    context_team_id: z.string().nullish(),
  }),
})
type Channel = z.output<typeof channelSchema>['channel']

const userSchema = z.object({
  user: z.object({
    id: z.string(),
    team_id: z.string().nullish(),
    name: z.string().default(''),
    deleted: z.boolean().default(false),
    is_bot: z.boolean().default(false),
    is_stranger: z.boolean().default(false),
    profile: z.object({ display_name: z.string().nullish() }).default({}),
  }),
})

const openedSchema = z.object({ channel: z.object({ id: z.string().startsWith('D') }) })
const cursorSchema = z.object({ response_metadata: z.object({ next_cursor: z.string().default('') }) })
const membersSchema = z.object({ members: z.array(z.string()) })
const channelsSchema = z.object({ channels: z.array(z.object({ id: z.string(), name: z.string().default('') })) })

type Refusal = Extract<Resolved, { ok: false }>

/** How many Slack workspaces the install serves; with one token, those are of one Enterprise organisation. */
export type Served = 'one' | 'several'

/**
 * Finds the place and checks it; nothing is remembered, for who is a member of what changes. Never rejects.
 *
 * @example await resolveSlackTarget(client, address, { kind: 'channel', id: 'C0OPS00001' }, 'one') // { ok: true, label: '#ops', … }
 */
export async function resolveSlackTarget(
  client: SlackClient,
  address: Address,
  target: Target,
  served: Served,
): Promise<Resolved> {
  if (target.kind === 'here') return { ok: true, address, label: 'this channel' }
  const place = readSlackAddress(address)
  if (!place) return refuse('Pawl no longer knows where this was asked. Type the line again.')
  switch (target.kind) {
    case 'me':
      return openDirect(client, place, place.user, 'you')
    case 'thread':
      return findThread(client, place)
    case 'channel':
      return findChannel(client, place, target.id, served)
    case 'user':
      return findPerson(client, place, target.id)
  }
}

async function findThread(client: SlackClient, place: SlackAddress): Promise<Resolved> {
  const thread = place.thread ?? place.asked_in
  if (thread === undefined)
    return refuse(
      'A slash command stands in no thread. Mention Pawl in the thread with the same line, or send it to "here".',
    )
  const { channel } = place
  // Who asked in a thread sees it; only the bot may be missing there. In a direct conversation it never is.
  const problem = channel.startsWith('D') ? null : await whyNoRoom(client, channel)
  if (problem) return problem
  const address = redirectTo(place, { channel, thread })
  return { ok: true, address, label: 'this thread', ...(thread === place.thread && { here: true }) }
}

async function whyNoRoom(client: SlackClient, id: string): Promise<Refusal | null> {
  const channel = await readChannel(client, id)
  return 'message' in channel ? channel : whyClosed(channel)
}

async function findChannel(client: SlackClient, place: SlackAddress, typed: string, served: Served): Promise<Resolved> {
  const channel = await seeChannel(client, place.user, typed)
  if ('message' in channel) return channel
  const problem = whyElsewhere(channel, place, served) ?? whyClosed(channel)
  if (problem) return problem
  const isHere = channel.id === place.channel && place.thread === undefined
  const address = redirectTo(place, { channel: channel.id })
  return { ok: true, address, label: labelOf(channel), ...(isHere && { here: true }) }
}

/** By id or name, and only what the asker may know of: whether a private room exists, and its name, are for its members. */
async function seeChannel(client: SlackClient, asker: string, typed: string): Promise<Channel | Refusal> {
  const id = CHANNEL_ID.test(typed) ? typed : await findByName(client, typed)
  if (typeof id !== 'string') return id
  const channel = await readChannel(client, id)
  if ('message' in channel || isOpen(channel)) return channel
  return (await whyNoMember(client, channel.id, asker)) ?? channel
}

/**
 * The room that an id out of a mention, or a name, stands for; nothing is posted there. Never rejects.
 *
 * @example await findSlackRoom(client, actor, 'C0OPS00001', 'one') // { ok: true, ref: 'slack:C0OPS00001', name: '#ops' }
 */
export async function findSlackRoom(
  client: SlackClient,
  { workspace, id }: Actor,
  typed: string,
  served: Served,
): Promise<Room> {
  const channel = await seeChannel(client, id, typed)
  if ('message' in channel) return channel
  if (isOfAnother(channel, workspace, served)) return UNKNOWN_CHANNEL
  if (channel.is_im || channel.is_mpim || channel.name === '')
    return refuse('That is a conversation and no channel. Type # and pick a channel from the list.')
  return { ok: true, ref: `slack:${channel.id}`, name: labelOf(channel), ...(isShared(channel) && { shared: true }) }
}

function isOpen({ is_private, is_im, is_mpim }: Channel): boolean {
  return !is_private && !is_im && !is_mpim
}

function isShared({ is_shared, is_ext_shared, is_org_shared, is_pending_ext_shared }: Channel): boolean {
  return is_shared || is_ext_shared || is_org_shared || is_pending_ext_shared
}

/** What is said there must not reach people of other workspaces, nor come from them. */
function whyElsewhere(channel: Channel, { team }: SlackAddress, served: Served): Refusal | null {
  if (isOfAnother(channel, team, served)) return UNKNOWN_CHANNEL
  return isShared(channel)
    ? refuse(`${labelOf(channel)} is shared with another workspace. Pick a channel of this workspace alone.`)
    : null
}

/** Where Slack does not say whose a channel is, it can only be of the one workspace that is served. */
function isOfAnother({ context_team_id }: Channel, team: string, served: Served): boolean {
  return context_team_id ? context_team_id !== team : served === 'several'
}

function whyClosed(channel: Channel): Refusal | null {
  const label = labelOf(channel)
  if (channel.is_archived) return refuse(`${label} is archived. Pick another channel, or have it unarchived.`)
  return channel.is_member ? null : refuse(`Pawl is not in ${label}. Type "/invite @pawl" there, then try again.`)
}

async function readChannel(client: SlackClient, id: string): Promise<Channel | Refusal> {
  const found = await client.query('conversations.info', { channel: id })
  if (found.kind !== 'ok') return explain(found)
  return channelSchema.safeParse(found.body).data?.channel ?? UNREADABLE
}

async function whyNoMember(client: SlackClient, channel: string, user: string): Promise<Refusal | null> {
  const pages = await readPages(client, 'conversations.members', { channel }, membersSchema)
  if ('message' in pages) return pages
  if (pages.list.some(({ members }) => members.includes(user))) return null
  return pages.complete
    ? UNKNOWN_CHANNEL
    : refuse('That channel has too many members to look you up among them. Pick another one.')
}

/** The id of the only room of the bot that is called so. */
async function findByName(client: SlackClient, typed: string): Promise<string | Refusal> {
  const types = 'public_channel,private_channel'
  const pages = await readPages(client, 'users.conversations', { types, exclude_archived: 'true' }, channelsSchema)
  if ('message' in pages) return pages
  // Slack's names of channels have no capitals.
  const name = typed.toLowerCase()
  const [only, ...others] = pages.list.flatMap(({ channels }) => channels).filter((channel) => channel.name === name)
  return only && others.length === 0 && pages.complete ? only.id : UNKNOWN_CHANNEL
}

async function findPerson(client: SlackClient, place: SlackAddress, id: string): Promise<Resolved> {
  if (!USER_ID.test(id))
    return refuse('Slack does not say who that is. Type @ and pick the person from the list that Slack offers.')
  const found = await client.query('users.info', { user: id })
  if (found.kind !== 'ok') return explain(found)
  const user = userSchema.safeParse(found.body).data?.user
  if (!user) return UNREADABLE
  if (user.is_stranger || (user.team_id && user.team_id !== place.team))
    return refuse('That person belongs to another workspace. Pick somebody of this one.')
  const label = `@${oneLine(user.profile.display_name || user.name || user.id)}`
  if (user.deleted) return refuse(`${label} has left: the account is deactivated. Pick somebody else.`)
  // Slackbot has an account like a person's.
  if (user.is_bot || user.id === 'USLACKBOT')
    return refuse(`${label} is a bot, which reads no messages. Pick a person.`)
  return openDirect(client, place, user.id, label)
}

/** The direct conversation with somebody who has asked for nothing. Never rejects. */
export function openSlackDirect(client: SlackClient, { workspace, id }: Actor): Promise<Resolved> {
  return openDirect(client, { platform: 'slack', team: workspace, channel: '', user: id }, id, 'the account')
}

async function openDirect(client: SlackClient, place: SlackAddress, user: string, label: string): Promise<Resolved> {
  const opened = await client.method('conversations.open', { users: user })
  if (opened.kind !== 'ok') return explain(opened)
  const channel = openedSchema.safeParse(opened.body).data?.channel.id
  if (channel === undefined) return UNREADABLE
  const address = redirectTo({ ...place, user }, { channel })
  const isHere = channel === place.channel && place.thread === undefined
  return { ok: true, address, label, ...(user === place.user && { own: true }), ...(isHere && { here: true }) }
}

function redirectTo({ team, user }: SlackAddress, to: { channel: string; thread?: string }): Address {
  return slackAddress({ team, user, ...to, receivedAt: 0 })
}

/** `complete` is false when there was more than {@link PAGES_MAX} pages. */
interface Pages<T> {
  readonly list: readonly T[]
  readonly complete: boolean
}

async function readPages<T>(
  client: SlackClient,
  method: string,
  args: { readonly [key: string]: string },
  schema: z.ZodType<T>,
): Promise<Pages<T> | Refusal> {
  const list: T[] = []
  let cursor = ''
  for (let page = 0; page < PAGES_MAX; page++) {
    const found = await client.query(method, { ...args, limit: PAGE_SIZE, ...(cursor !== '' && { cursor }) })
    if (found.kind !== 'ok') return explain(found)
    const read = schema.safeParse(found.body)
    if (!read.success) return UNREADABLE
    list.push(read.data)
    cursor = cursorSchema.safeParse(found.body).data?.response_metadata.next_cursor ?? ''
    if (cursor === '') return { list, complete: true }
  }
  return { list, complete: false }
}

const refuse = (message: string): Refusal => ({ ok: false, message })

/** The same for a room that is not there and one that is not the asker's to know. */
const UNKNOWN_CHANNEL = refuse(
  'There is no such channel that both you and Pawl are in. Type # and pick the channel from the list that Slack offers; Pawl is invited with "/invite @pawl" there.',
)
const UNREADABLE = refuse('Slack gave an answer that Pawl cannot read. Try again later, or tell who runs Pawl.')
const NOT_REACHABLE = refuse('Slack does not let Pawl write to that person. Pick a channel, or somebody else.')
const NO_TOKEN = refuse('Pawl can answer only where it was asked: who runs it has to renew SLACK_BOT_TOKEN.')

/** What Slack's error codes mean for somebody who redirects. */
const MEANINGS: ReadonlyMap<string, Refusal> = new Map([
  ['channel_not_found', UNKNOWN_CHANNEL],
  ['not_in_channel', UNKNOWN_CHANNEL],
  ['user_not_found', refuse('Slack knows nobody of that name here. Type @ and pick the person from the list.')],
  ['user_not_visible', NOT_REACHABLE],
  ['user_disabled', NOT_REACHABLE],
  ['cannot_dm_bot', NOT_REACHABLE],
  ['no_bot_token', NO_TOKEN],
  ['not_authed', NO_TOKEN],
  ['invalid_auth', NO_TOKEN],
  ['token_revoked', NO_TOKEN],
  ['token_expired', NO_TOKEN],
  ['account_inactive', NO_TOKEN],
  [
    'missing_scope',
    refuse(
      'Pawl may not look at channels or people yet: who runs it has to install the app again with the manifest of this version ("pawl manifest").',
    ),
  ],
])

function explain(result: Exclude<SlackResult, { kind: 'ok' }>): Refusal {
  if (result.kind === 'later')
    return { ...refuse('Slack could not be asked just now. Try again in a moment.'), later: true }
  const refusal = MEANINGS.get(result.reason)
  return refusal ?? refuse(`Slack refused to look that place up (${oneLine(result.reason)}). Pick another one.`)
}

function labelOf({ name, is_mpim }: Channel): string {
  return name === '' || is_mpim ? 'that conversation' : `#${oneLine(name)}`
}
