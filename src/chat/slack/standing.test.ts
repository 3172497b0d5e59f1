import { describe, expect, it } from 'vitest'
import { createSlackCourier } from './courier.ts'

const actor = { platform: 'slack', workspace: 'T1', id: 'U1' }
const ada = { id: 'U1', team_id: 'T1', name: 'ada', deleted: false, is_bot: false, is_restricted: false }

/** A Slack that answers users.info, and what it was asked. */
function slack(answer: object | Error, botToken: string | null = 'xoxb-secret') {
  const asked: string[] = []
  const courier = createSlackCourier({
    config: { signingSecrets: [], botToken, apiUrl: 'https://slack.com/api/' },
    now: () => 0,
    async fetch(address, init) {
      asked.push(`${address} ${init.body}`)
      if (answer instanceof Error) throw answer
      return Response.json(answer)
    },
  })
  return { asked, standing: () => courier.standing(actor) }
}

const of = (more: object) => slack({ ok: true, user: { ...ada, ...more } }).standing()

describe('on Slack', () => {
  it('a full member is one, and Slack is asked with a form', async () => {
    const { asked, standing } = slack({ ok: true, user: ada })
    expect(await standing()).toBe('member')
    expect(asked).toEqual(['https://slack.com/api/users.info user=U1'])
  })

  it.each([
    ['a guest', { is_restricted: true }],
    ['a guest of one channel', { is_restricted: true, is_ultra_restricted: true }],
    ['somebody seen through a shared channel', { is_stranger: true }],
    ['somebody of another workspace', { team_id: 'T2' }],
    ['somebody whose workspace is not said', { team_id: null }],
    ['a bot', { is_bot: true }],
    ['somebody who has left', { deleted: true }],
    ['somebody who has been invited only', { is_invited_user: true }],
    ['a guest from a workspace of the same organisation', { team_id: 'T2', is_restricted: true, ...grid('T1') }],
    ['somebody in other workspaces of the organisation', { team_id: 'T2', ...grid('T2', 'T3') }],
  ])('%s is outside', async (_, more) => {
    expect(await of(more)).toBe('outside')
  })

  it('somebody whom Enterprise Grid names under another workspace is a member of each that he is in', async () => {
    expect(await of({ team_id: 'T2', ...grid('T2', 'T1') })).toBe('member')
  })

  it.each([
    ['a missing scope', { ok: false, error: 'missing_scope' }],
    ['an unknown id', { ok: false, error: 'user_not_found' }],
    ['a rate limit', { ok: false, error: 'ratelimited' }],
    ['a broken line', new Error('down')],
    ['an answer without a user', { ok: true }],
    ['an answer that makes no sense', { ok: true, user: { ...ada, is_restricted: 'no' } }],
  ])('%s leaves it unknown', async (_, answer) => {
    expect(await slack(answer).standing()).toBe('unknown')
  })

  it('without a bot token it is unknown, and nothing is asked', async () => {
    const { asked, standing } = slack({ ok: true, user: ada }, null)
    expect([await standing(), asked]).toEqual(['unknown', []])
  })
})

function grid(...teams: string[]) {
  return { enterprise_user: { enterprise_id: 'E1', teams } }
}
