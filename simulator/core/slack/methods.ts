/** The methods of Slack's Web API that Pawl calls, each with Slack's own error codes. */
import { isRecord, type PawlRecord } from '../../../src/json.ts'
import type { ChatMessage } from '../chat.ts'
import type { Desk } from '../desk.ts'
import { SLACK } from '../limits.ts'
import { json, lengthOf, text } from '../wire.ts'
import {
  ALL_ROOMS,
  isOpenTo,
  PEOPLE,
  personById,
  type Room,
  roomById,
  roomKey,
  SLACK_TEAM,
  slackTeamOf,
} from '../world.ts'
import { refusal, wrongMessage } from './messages.ts'
import type { SlackState } from './state.ts'
import { slackLook } from './view.ts'
import { createViewMethods } from './views.ts'

export type Method = (args: PawlRecord, call: { readonly method: string }) => PawlRecord | Response

export function createSlackMethods(desk: Desk, state: SlackState): ReadonlyMap<string, Method> {
  const { chat, ids, clock, violations, ownerOf } = desk
  const broke = (where: string, what: string) => violations.add('slack', where, what)

  const roomFor = (args: PawlRecord): Room | PawlRecord => {
    const channel = text(args, 'channel') ?? ''
    // A user id stands for the direct conversation with that person.
    const room = roomById('slack', channel) ?? ALL_ROOMS.find((it) => it.direct?.slack === channel)
    if (!room) return refusal('channel_not_found')
    return room.botIsMember ? room : refusal('not_in_channel')
  }
  const isRefusal = (value: Room | PawlRecord): value is PawlRecord => 'ok' in value

  const post = (args: PawlRecord, room: Room, method: string, onlyFor: string | null): ChatMessage => {
    const body = text(args, 'text') ?? ''
    // chat.postMessage cuts and says nothing; who sends more has lost text.
    if (lengthOf(body) > SLACK.postText) broke(method, `text is longer than ${SLACK.postText} characters and was cut`)
    const payload = { ...args, ...(body !== '' && { text: [...body].slice(0, SLACK.postText).join('') }) }
    const look = slackLook(payload)
    const threadOf = text(args, 'thread_ts') ?? null
    return chat.post({
      id: ids.slackTs(),
      platform: 'slack',
      room: roomKey(room),
      onlyFor,
      delivery: ownerOf('slack', roomKey(room), look.text, threadOf),
      via: method,
      threadOf,
      look,
      raw: payload,
    })
  }

  return new Map<string, Method>([
    [
      'auth.test',
      () => ({
        ok: true,
        url: `https://${SLACK_TEAM.domain}.slack.com/`,
        team: 'Pawl',
        team_id: SLACK_TEAM.id,
        user: 'pawl',
        user_id: SLACK_TEAM.botUser,
        bot_id: SLACK_TEAM.botId,
        is_enterprise_install: false,
      }),
    ],
    [
      'chat.postMessage',
      (args, { method }) => {
        const room = roomFor(args)
        if (isRefusal(room)) return room
        const wrong = wrongMessage(desk, args, method)
        if (wrong) return wrong
        const before = state.postedAt.get(room.slack)
        if (desk.enforceRates && before !== undefined && clock.now() - before < SLACK.postEveryMs) {
          return json(429, refusal('ratelimited'), { 'retry-after': '1' })
        }
        state.postedAt.set(room.slack, clock.now())
        const message = post(args, room, method, null)
        return { ok: true, channel: room.slack, ts: message.id, message: messageJson(message) }
      },
    ],
    [
      'chat.postEphemeral',
      (args, { method }) => {
        const room = roomFor(args)
        if (isRefusal(room)) return room
        const person = personById('slack', text(args, 'user') ?? '')
        if (!person) return refusal('user_not_in_channel')
        const wrong = wrongMessage(desk, args, method)
        if (wrong) return wrong
        return { ok: true, message_ts: post(args, room, method, person.name).id }
      },
    ],
    [
      'chat.update',
      (args, { method }) => {
        const room = roomFor(args)
        if (isRefusal(room)) return room
        const message = chat.find('slack', text(args, 'ts') ?? '')
        if (!message || message.room !== roomKey(room)) return refusal('message_not_found')
        if (message.onlyFor !== null) {
          broke(method, 'an ephemeral message cannot be edited by chat.update')
          return refusal('message_not_found')
        }
        if (message.by !== 'pawl') return refusal('cant_update_message')
        if (lengthOf(text(args, 'text') ?? '') > SLACK.updateText) {
          broke(method, `text is longer than ${SLACK.updateText} characters`)
          return refusal('msg_too_long')
        }
        // `text` without `blocks` takes the blocks away; without both, they stay.
        const kept = args.text === undefined && args.blocks === undefined && isRecord(message.raw) ? message.raw : {}
        const payload = { ...kept, ...args }
        const wrong = wrongMessage(desk, payload, method)
        if (wrong) return wrong
        chat.edit(message, slackLook(payload), payload)
        return {
          ok: true,
          channel: room.slack,
          ts: message.id,
          text: text(payload, 'text') ?? '',
          message: messageJson(message),
        }
      },
    ],
    [
      'chat.delete',
      (args, { method }) => {
        const room = roomFor(args)
        if (isRefusal(room)) return room
        const message = chat.find('slack', text(args, 'ts') ?? '')
        if (!message || message.onlyFor !== null) {
          if (message) broke(method, 'an ephemeral message cannot be deleted by chat.delete')
          return refusal('message_not_found')
        }
        if (message.by !== 'pawl') return refusal('cant_delete_message')
        chat.remove(message)
        return { ok: true, channel: room.slack, ts: message.id }
      },
    ],
    ...createViewMethods(desk, state),
    [
      'users.info',
      (args) => {
        const person = personById('slack', text(args, 'user') ?? '')
        if (!person) return refusal('user_not_found')
        return {
          ok: true,
          user: {
            id: person.slack,
            team_id: slackTeamOf(person),
            name: person.name,
            real_name: person.name,
            profile: { display_name: person.name, real_name: person.name },
            deleted: false,
            is_bot: false,
            is_admin: person.name === 'ada',
            is_restricted: person.standing === 'guest',
            is_ultra_restricted: false,
            // Slack says it of strangers alone.
            ...(person.standing === 'stranger' && { is_stranger: true }),
          },
        }
      },
    ],
    [
      'conversations.info',
      (args) => {
        const room = roomById('slack', text(args, 'channel') ?? '')
        return room ? { ok: true, channel: roomJson(room) } : refusal('channel_not_found')
      },
    ],
    [
      'conversations.list',
      () => ({
        ok: true,
        channels: ALL_ROOMS.filter((room) => !room.direct).map(roomJson),
        response_metadata: { next_cursor: '' },
      }),
    ],
    [
      'users.conversations',
      () => ({
        ok: true,
        channels: ALL_ROOMS.filter((room) => !room.direct && room.botIsMember).map(roomJson),
        response_metadata: { next_cursor: '' },
      }),
    ],
    [
      'conversations.members',
      (args) => {
        const room = roomFor(args)
        if (isRefusal(room)) return room
        const people = PEOPLE.filter((person) => isOpenTo(room, person))
        return {
          ok: true,
          members: [...people.map((person) => person.slack), SLACK_TEAM.botUser],
          response_metadata: { next_cursor: '' },
        }
      },
    ],
    [
      'conversations.open',
      (args) => {
        const person = PEOPLE.find((it) => it.slack === text(args, 'users') || it.slackDirect === text(args, 'channel'))
        return person ? { ok: true, channel: { id: person.slackDirect } } : refusal('user_not_found')
      },
    ],
  ])
}

function messageJson(message: ChatMessage): PawlRecord {
  const payload = isRecord(message.raw) ? message.raw : {}
  return {
    type: 'message',
    user: SLACK_TEAM.botUser,
    bot_id: SLACK_TEAM.botId,
    team: SLACK_TEAM.id,
    ts: message.id,
    text: text(payload, 'text') ?? '',
    ...(payload.blocks !== undefined && { blocks: payload.blocks }),
  }
}

function roomJson(room: Room): PawlRecord {
  if (room.direct) return { id: room.slack, is_im: true, is_channel: false, user: room.direct.slack }
  return {
    id: room.slack,
    name: room.name,
    is_channel: true,
    is_im: false,
    is_mpim: false,
    is_private: room.only !== null,
    is_shared: false,
    is_ext_shared: false,
    is_org_shared: false,
    is_pending_ext_shared: false,
    context_team_id: SLACK_TEAM.id,
    is_archived: false,
    is_member: room.botIsMember,
  }
}
