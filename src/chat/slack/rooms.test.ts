/** Which room of Slack a rule names. */
import { expect, it } from 'vitest'
import type { SlackConfig } from '../../config.ts'
import { createSlackCourier } from './courier.ts'

const CONFIG: SlackConfig = { signingSecrets: [], botToken: 'xoxb-secret', apiUrl: 'https://slack.com/api/' }
const ada = { platform: 'slack', workspace: 'T1', id: 'U1' }

/** The room in a Slack that answers so, by method. */
function room(typed: string, answers: Record<string, object>) {
  const fetch = async (address: string) => {
    const answer = answers[address.replace('https://slack.com/api/', '')]
    if (!answer) throw new Error(`nobody expected ${address}`)
    return Response.json(answer)
  }
  return createSlackCourier({ config: CONFIG, fetch, now: () => 0 }).room(ada, typed)
}

const channel = (more: object = {}) => ({
  'conversations.info': {
    ok: true,
    channel: { id: 'C2', name: 'ops', is_private: false, context_team_id: 'T1', ...more },
  },
})

it('is found by id, also where Pawl cannot post: nothing is posted there', async () => {
  const found = { ok: true, ref: 'slack:C2', name: '#ops' }
  expect(await room('C2', channel())).toEqual(found)
  expect(await room('C2', channel({ is_archived: true }))).toEqual(found)
  expect(await room('C2', channel({ is_ext_shared: true }))).toEqual({ ...found, shared: true })
})

it('is found by name among the rooms that Pawl is in', async () => {
  const list = { 'users.conversations': { ok: true, channels: [{ id: 'C2', name: 'ops' }] } }
  expect(await room('Ops', { ...channel(), ...list })).toMatchObject({ ok: true, ref: 'slack:C2' })
  expect(await room('nope', list)).toMatchObject({ ok: false, message: expect.stringMatching(/no such channel/) })
})

it('that is private is named by its members alone', async () => {
  const members = (list: string[]) => ({ 'conversations.members': { ok: true, members: list } })
  const hidden = channel({ is_private: true, name: 'layoffs' })
  expect(await room('C2', { ...hidden, ...members(['U1']) })).toMatchObject({ ok: true, name: '#layoffs' })
  const outside = await room('C2', { ...hidden, ...members(['U2']) })
  expect(outside).toMatchObject({ ok: false })
  expect(JSON.stringify(outside)).not.toContain('layoffs')
})

it.each([
  ['of another team', { context_team_id: 'T2' }, /no such channel/],
  ['that is a conversation', { is_private: false, is_im: false, is_mpim: true }, /conversation and no channel/],
])('%s is refused', async (_, more, message) => {
  const answers = { ...channel(more), 'conversations.members': { ok: true, members: ['U1'] } }
  expect(await room('C2', answers)).toMatchObject({ ok: false, message: expect.stringMatching(message) })
})
