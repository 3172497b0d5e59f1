/**
 * A person at Slack: what the client and Slack's servers make of a typed line or a pressed button, down to the signed
 * request. Clock and door come with the desk.
 */
import { isRecord, type Json, type PawlRecord } from '../../../src/json.ts'
import type { ChatMessage, ShownButton } from '../chat.ts'
import type { Answer, Delivery, Typed } from '../delivery.ts'
import type { Desk } from '../desk.ts'
import { signSlack } from '../sign.ts'
import { parseJson, text } from '../wire.ts'
import { findPerson, findRoom, type Person, type Room, roomKey, SLACK_TEAM, slackTeamOf } from '../world.ts'
import { checkBlocks } from './check.ts'
import { createSlackForms, type Interact, type SlackForms } from './forms.ts'
import { respond } from './messages.ts'
import { channelPart, interactionBase, messagePart } from './payload.ts'
import type { ResponseUrl, SlackState } from './state.ts'

export interface SlackClient {
  /** A line as a person types it: a slash command, a mention of the bot, or words in the direct conversation. */
  line(person: Person, room: Room, line: string): Promise<Typed>
  press(person: Person, room: Room, message: ChatMessage, button: ShownButton): Promise<Delivery>
  readonly forms: SlackForms
}

export function createSlackClient(desk: Desk, state: SlackState): SlackClient {
  const { chat, clock, ids, secrets, deliverer, doorUrl, origin } = desk
  const sign = (body: string, seconds: number) => signSlack(secrets.slackSigningSecret, body, seconds)

  const grant = (delivery: string, person: Person, room: Room, original: ChatMessage | null): ResponseUrl => {
    const url = { id: ids.token(), delivery, room, person: person.name, createdAt: clock.now(), uses: 0, original }
    state.responseUrls.set(url.id, url)
    state.triggers.set(delivery, { person, room, createdAt: clock.now(), used: false })
    return url
  }
  const address = (url: ResponseUrl) => `${origin}/slack/response/${url.id}`
  const base = { platform: 'slack' as const, sign }

  const command = (person: Person, room: Room, line: string): Promise<Delivery> => {
    const [, name = '', rest = ''] = /^(\/\S+)\s*([\s\S]*)$/.exec(line) ?? []
    const id = ids.slackTrigger()
    const url = grant(id, person, room, null)
    chat.note({ platform: 'slack', room: roomKey(room), kind: 'typed', by: person.name, text: line, delivery: id })
    const form = new URLSearchParams({
      token: 'deprecated',
      team_id: SLACK_TEAM.id,
      team_domain: SLACK_TEAM.domain,
      channel_id: room.slack,
      channel_name: room.direct ? 'directmessage' : room.name,
      user_id: person.slack,
      user_name: person.name,
      command: name,
      text: escapeLine(rest.trim(), person, 'labelled'),
      api_app_id: SLACK_TEAM.appId,
      is_enterprise_install: 'false',
      response_url: address(url),
      trigger_id: id,
    })
    return deliverer.prepare({
      ...base,
      id,
      person,
      room,
      line,
      url: `${doorUrl}/slack/commands`,
      contentType: 'application/x-www-form-urlencoded',
      body: form.toString(),
      receive: (answer) => receive(url, answer),
    })
  }

  /** Words that others read, and that may be passed on. */
  const talk = (person: Person, room: Room, line: string, delivery: string | null): ChatMessage =>
    chat.hear({
      id: ids.slackTs(),
      platform: 'slack',
      room: roomKey(room),
      by: person.name,
      text: line,
      delivery,
      raw: { text: escapeLine(line, person, 'bare') },
    })

  const event = (person: Person, room: Room, line: string, type: 'app_mention' | 'message'): Promise<Delivery> => {
    const id = ids.slackEvent()
    const ts = talk(person, room, line, id).id
    const words = escapeLine(line, person, 'bare')
    const body: Json = {
      token: 'deprecated',
      team_id: SLACK_TEAM.id,
      context_team_id: SLACK_TEAM.id,
      context_enterprise_id: null,
      api_app_id: SLACK_TEAM.appId,
      event: {
        type,
        user: person.slack,
        ts,
        client_msg_id: crypto.randomUUID(),
        text: words,
        team: slackTeamOf(person),
        ...(person.standing === 'stranger' && { user_team: slackTeamOf(person), source_team: slackTeamOf(person) }),
        channel: room.slack,
        event_ts: ts,
        ...(type === 'message' && { channel_type: 'im' }),
      },
      type: 'event_callback',
      event_id: id,
      event_time: Math.floor(clock.now() / 1_000),
      authorizations: [
        {
          enterprise_id: null,
          team_id: SLACK_TEAM.id,
          user_id: SLACK_TEAM.botUser,
          is_bot: true,
          is_enterprise_install: false,
        },
      ],
      // Where a stranger speaks is shared.
      is_ext_shared_channel: person.standing === 'stranger',
      event_context: `4-${ids.token()}`,
    }
    return deliverer.prepare({
      ...base,
      id,
      person,
      room,
      line,
      thread: ts,
      url: `${doorUrl}/slack/events`,
      contentType: 'application/json',
      body: JSON.stringify(body),
      // What an event's answer says is read by nobody.
      receive: () => null,
    })
  }

  /** Slack's reading of a command's answer: empty, words, or a message. */
  const receive = (url: ResponseUrl, answer: Answer): string | null => {
    if (answer.text.trim() === '') return null
    const isJson = answer.contentType.startsWith('application/json')
    const payload = isJson ? parseJson(answer.text) : { text: answer.text }
    if (!isRecord(payload)) return bad('the answer is not a JSON object')
    const problems = checkBlocks(payload.blocks)
    if (problems.length > 0) return bad(`invalid_blocks: ${problems.join('; ')}`)
    if (text(payload, 'text') === undefined && payload.blocks === undefined && payload.attachments === undefined)
      return bad('the answer has neither text nor blocks')
    respond(desk, url, payload, 'answer')
    return null
  }
  const bad = (what: string): string => {
    desk.violations.add('slack', 'answer', what)
    return what
  }

  const interact: Interact = (spec, payload) =>
    deliverer.prepare({
      ...base,
      ...spec,
      url: `${doorUrl}/slack/interactions`,
      contentType: 'application/x-www-form-urlencoded',
      body: new URLSearchParams({ payload: JSON.stringify(payload) }).toString(),
    })

  return {
    async line(person, room, line) {
      const known = state.commands
      const name = line.split(/\s/)[0] ?? ''
      // Another workspace's people can talk to the app in a shared room, and have none of its slash commands.
      const isTheirs = person.standing !== 'stranger'
      if (line.startsWith('/') && isTheirs && (known === null || known.has(name)))
        return { kind: 'delivery', delivery: await command(person, room, line) }
      if (!line.startsWith('/') && room.direct)
        return { kind: 'delivery', delivery: await event(person, room, line, 'message') }
      if (!line.startsWith('/') && /(^|\s)@pawl\b/i.test(line) && room.botIsMember)
        return { kind: 'delivery', delivery: await event(person, room, line, 'app_mention') }
      if (!line.startsWith('/')) {
        talk(person, room, line, null)
        return { kind: 'unheard' }
      }
      chat.note({ platform: 'slack', room: roomKey(room), kind: 'typed', by: person.name, text: line })
      return { kind: 'refused', why: `${name} is not a valid command` }
    },
    press(person, room, message, button) {
      const id = ids.slackTrigger()
      const url = grant(id, person, room, message)
      chat.note({
        platform: 'slack',
        room: roomKey(room),
        kind: 'press',
        by: person.name,
        text: `[${button.number}] ${button.label}`,
        delivery: id,
      })
      const payload: PawlRecord = {
        type: 'block_actions',
        ...interactionBase(person),
        container: {
          type: 'message',
          message_ts: message.id,
          channel_id: room.slack,
          is_ephemeral: message.onlyFor !== null,
        },
        trigger_id: id,
        channel: channelPart(room),
        // Slack sends no message along when it was ephemeral.
        ...(message.onlyFor === null && { message: messagePart(message) }),
        state: { values: {} },
        response_url: address(url),
        actions: [
          {
            action_id: button.id,
            block_id: button.blockId ?? 'generated',
            text: { type: 'plain_text', text: button.label, emoji: true },
            ...(button.value !== undefined && { value: button.value }),
            type: 'button',
            action_ts: ids.slackTs(),
          },
        ],
      }
      return interact({ id, person, room, line: button.label, receive: () => null }, payload)
    },
    forms: createSlackForms(desk, state, interact, (id, person, room) => address(grant(id, person, room, null))),
  }
}

/**
 * A typed line as Slack sends it with `should_escape`: the three characters as entities, mentions and addresses in angle
 * brackets. A command's mention carries its label, an event's does not.
 */
export function escapeLine(line: string, person: Person, style: 'labelled' | 'bare'): string {
  return line
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/(^|\s)https?:\/\/[^\s|"']+/g, (found, before: string) => `${before}<${found.trim()}>`)
    .replace(/(^|[\s("'])@([a-z0-9._-]+)/gi, (found, before: string, name: string) => {
      if (name.toLowerCase() === 'pawl')
        return `${before}<@${SLACK_TEAM.botUser}${style === 'labelled' ? '|pawl' : ''}>`
      const known = findPerson(name)
      return known ? `${before}<@${known.slack}${style === 'labelled' ? `|${known.name}` : ''}>` : found
    })
    .replace(/(^|[\s("'>])#([a-z0-9_-]+)/gi, (found, before: string, name: string) => {
      const room = findRoom(name, person)
      return room && !room.direct ? `${before}<#${room.slack}|${room.name}>` : found
    })
}
