/**
 * Verified Slack requests as invocations. Pure.
 */
import { formOfButton, lineOfButton } from '../button.ts'
import type { Channel, Invocation, Standing } from '../invocation.ts'
import { slackAddress } from './address.ts'
import {
  type EventCallback,
  eventCallbackSchema,
  pressedSchema,
  type SlashCommand,
  type Somebody,
  slashCommandSchema,
  spokenSchema,
} from './payloads.ts'

/** The command under which whole lines are typed; any other slash command is the first word of its own line. */
const ROOT_COMMAND = '/pawl'

/** `channel_name` where Slack has no name to give. */
const NO_NAMES = new Set(['directmessage', 'privategroup'])

/** A slash command; null when it is none. */
export function readSlashCommand(form: URLSearchParams, receivedAt: number): Invocation | null {
  const fields = new Map(form)
  const parsed = slashCommandSchema.safeParse(Object.fromEntries(fields))
  if (!parsed.success) return null
  const { team_id, channel_id, channel_name, user_id, trigger_id, response_url } = parsed.data
  return {
    source: 'slack.command',
    delivery: `slack:trigger:${trigger_id}`,
    actor: { platform: 'slack', workspace: team_id, id: user_id },
    standing: 'unknown',
    channel: roomOf({ id: channel_id, name: channel_name }),
    input: { kind: 'line', text: lineOf(parsed.data) },
    address: slackAddress({ team: team_id, channel: channel_id, user: user_id, responseUrl: response_url, receivedAt }),
    answersInResponse: true,
    receivedAt,
  }
}

function lineOf({ command, text }: SlashCommand): string {
  if (command === ROOT_COMMAND) return text
  return text === '' ? command.slice(1) : `${command.slice(1)} ${text}`
}

/**
 * A pressed button as an invocation of the line that it stands for; null for anything else. The person's own team counts:
 * in a shared channel people of other workspaces see the button too.
 */
export function readPressed(payload: unknown, receivedAt: number): Invocation | null {
  const parsed = pressedSchema.safeParse(payload)
  if (!parsed.success) return null
  const { trigger_id, channel, message, container, response_url, actions } = parsed.data
  const [{ action_id, action_ts }] = actions
  const line = lineOfButton(action_id)
  const who = somebodyOf(parsed.data)
  if (line === null || !who) return null
  return {
    ...who,
    source: 'slack.action',
    delivery: `slack:action:${trigger_id}:${action_ts}`,
    channel: roomOf(channel),
    input: { kind: 'line', text: line },
    address: slackAddress({
      team: who.actor.workspace,
      channel: channel.id,
      user: who.actor.id,
      thread: message?.thread_ts ?? undefined,
      pressed: container?.message_ts ?? '',
      responseUrl: response_url ?? undefined,
      receivedAt,
    }),
    // Slack shows nothing of the response's body; what is said goes to the response_url.
    answersInResponse: false,
    receivedAt,
  }
}

export interface PressedForm extends Pick<Invocation, 'actor' | 'standing'> {
  readonly form: string
  /** With which a modal can be opened, once, within 3 s. */
  readonly trigger: string
  readonly responseUrl: string | null
}

/** A pressed button that opens a form; null for anything else. */
export function readPressedForm(payload: unknown): PressedForm | null {
  const parsed = pressedSchema.safeParse(payload)
  if (!parsed.success) return null
  const form = formOfButton(parsed.data.actions[0].action_id)
  const who = somebodyOf(parsed.data)
  if (form === null || !who) return null
  return { ...who, form, trigger: parsed.data.trigger_id, responseUrl: parsed.data.response_url ?? null }
}

/**
 * Who did something, by the person's own team; null where Slack does not say which that is.
 *
 * @param here the workspace that it was done in, where that is not the request's team
 */
export function somebodyOf(
  { user, team }: { user: Somebody['user']; team?: Somebody['team'] },
  here: string | null | undefined = team?.id,
): Pick<Invocation, 'actor' | 'standing'> | null {
  const workspace = user.team_id ?? team?.id
  return workspace
    ? { actor: { platform: 'slack', workspace, id: user.id }, standing: standingIn(here, workspace) }
    : null
}

/** A room as an interaction names it. */
export function roomOf({ id, name }: { id: string; name?: string | null | undefined }): Channel {
  return {
    id,
    kind: isDirect(id) ? 'direct' : 'channel',
    ...(name && !NO_NAMES.has(name) && { name }),
  }
}

export type EventReading =
  | { readonly kind: 'invocation'; readonly invocation: Invocation; readonly known: boolean }
  /** Something that nobody here listens to. */
  | { readonly kind: 'ignored' }
  | { readonly kind: 'malformed' }

const IGNORED: EventReading = { kind: 'ignored' }
const MALFORMED: EventReading = { kind: 'malformed' }

/**
 * An event as an invocation, if it is a person's own, new message to Pawl: a mention that begins a message in a channel,
 * or any message in the direct conversation. Messages of bots (Pawl is one), edits, deletions, joins, uploads are none,
 * and neither is a message that only speaks about Pawl: `deploy web, @pawl did it yesterday` must not deploy.
 *
 * `known` is false where Slack did not say which team the person belongs to.
 */
export function readEvent(payload: unknown, receivedAt: number): EventReading {
  const callback = eventCallbackSchema.safeParse(payload)
  if (!callback.success) return MALFORMED
  const { event, event_id, team_id, authorizations, is_ext_shared_channel } = callback.data
  if (event.type !== 'app_mention' && event.type !== 'message') return IGNORED
  if ([event.subtype, event.bot_id, event.bot_profile, event.edited].some(isPresent)) return IGNORED
  if (event.type === 'message' && event.channel_type !== 'im') return IGNORED

  const parsed = spokenSchema.safeParse(payload)
  if (!parsed.success) return MALFORMED
  const spoken = parsed.data.event
  const bots = botUsers(authorizations)
  if (bots.has(spoken.user)) return IGNORED
  // A mention in the direct conversation comes as a message, too: one of the two must not run.
  const direct = isDirect(spoken.channel) || event.channel_type === 'im'
  if (event.type === 'app_mention' && direct) return IGNORED
  const line = stripMention(spoken.text, bots)
  if (line === null && !direct) return IGNORED

  // In a shared channel the person may be of another team than the one the event was sent for.
  const team = spoken.user_team ?? spoken.team ?? (is_ext_shared_channel ? null : team_id)
  return {
    kind: 'invocation',
    known: isPresent(team),
    invocation: {
      source: 'slack.event',
      delivery: `slack:event:${event_id}`,
      actor: { platform: 'slack', workspace: team ?? '', id: spoken.user },
      standing: is_ext_shared_channel === false ? 'unknown' : standingIn(team_id, team),
      channel: { id: spoken.channel, kind: direct ? 'direct' : 'channel' },
      input: { kind: 'line', text: line ?? spoken.text },
      address: slackAddress({
        team: team ?? '',
        channel: spoken.channel,
        user: spoken.user,
        thread: spoken.thread_ts,
        askedIn: spoken.ts,
        receivedAt,
      }),
      answersInResponse: false,
      receivedAt,
    },
  }
}

/**
 * Somebody of another workspace than the one that the request is about is outside. Of its own people Slack does not say here
 * who is a guest.
 */
function standingIn(here: string | null | undefined, theirs: string | null | undefined): Standing {
  return isPresent(here) && here !== theirs ? 'outside' : 'unknown'
}

function botUsers(authorizations: EventCallback['authorizations']): ReadonlySet<string> {
  return new Set((authorizations ?? []).flatMap(({ user_id, is_bot }) => (is_bot && user_id ? [user_id] : [])))
}

/** What follows the mention that begins a message; null when none of ours does. Without a list of bots the first is taken for ours. */
function stripMention(text: string, bots: ReadonlySet<string>): string | null {
  const mention = /^\s*<@([A-Z0-9]+)(?:\|[^>]*)?>[\s,:]*/.exec(text)
  if (!mention || (bots.size > 0 && !bots.has(mention[1] ?? ''))) return null
  return text.slice(mention[0].length)
}

/** Slack's direct conversations, and no others, have ids that begin with D. */
function isDirect(channel: string): boolean {
  return channel.startsWith('D')
}

function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null
}
