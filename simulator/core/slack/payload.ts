/** The parts that all of Slack's interaction payloads share. Pure. */
import { isRecord, type PawlRecord } from '../../../src/json.ts'
import type { ChatMessage } from '../chat.ts'
import { text } from '../wire.ts'
import { PEOPLE, type Person, type Room, SLACK_TEAM, slackTeamOf } from '../world.ts'
import { stateOf } from './form.ts'
import type { View } from './state.ts'

/** Who, where installed, and the deprecated token. */
export function interactionBase(person: Person): PawlRecord {
  return {
    user: { id: person.slack, username: person.name, name: person.name, team_id: slackTeamOf(person) },
    api_app_id: SLACK_TEAM.appId,
    token: 'deprecated',
    team: { id: SLACK_TEAM.id, domain: SLACK_TEAM.domain },
    enterprise: null,
    is_enterprise_install: false,
  }
}

export function channelPart(room: Room): PawlRecord {
  return { id: room.slack, name: room.direct ? 'directmessage' : room.name }
}

/** A message as a payload carries it along: the bot's, or a person's words. */
export function messagePart(message: ChatMessage): PawlRecord {
  const payload = isRecord(message.raw) ? message.raw : {}
  const person = PEOPLE.find(({ name }) => name === message.by)
  const thread = message.threadOf === null ? {} : { thread_ts: message.threadOf }
  if (!person)
    return {
      type: 'message',
      user: SLACK_TEAM.botUser,
      bot_id: SLACK_TEAM.botId,
      ts: message.id,
      ...payload,
      ...thread,
    }
  const words = text(payload, 'text') ?? ''
  const element: PawlRecord = { type: 'text', text: message.text }
  return {
    type: 'message',
    client_msg_id: crypto.randomUUID(),
    user: person.slack,
    team: slackTeamOf(person),
    ts: message.id,
    text: words,
    blocks: [{ type: 'rich_text', block_id: 'b', elements: [{ type: 'rich_text_section', elements: [element] }] }],
    ...thread,
  }
}

/** A view with what its person has put into it. */
export function viewPart({ json, form }: View, values = true): PawlRecord {
  return { ...json, state: { values: values ? stateOf(form) : {} } }
}
