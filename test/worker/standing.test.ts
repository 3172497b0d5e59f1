/** Who is in the default group `everyone`: at the doors, in the cache, and through the whole product. */
import { env } from 'cloudflare:test'
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { PEOPLE } from '../../simulator/index.ts'
import { createApp } from '../../src/app.ts'
import type { Actor, Standing } from '../../src/chat/invocation.ts'
import { openDatabase } from '../../src/db/database.ts'
import { STANDING_FRESH_MS, selectStanding, upsertStanding } from '../../src/db/standing.ts'
import type { Courier } from '../../src/runs/courier.ts'
import { STANDING_BUDGET_MS } from '../../src/runs/limits.ts'
import { standingOf } from '../../src/runs/standing.ts'
import { discordKeys, discordRequest, fakeHall, lifetime, NOW, rooms, slackRequest, testConfig } from './doors-kit.ts'
import { holdBack, work } from './survive.kit.ts'
import { openWorld, type World } from './world.ts'

describe('at the door', () => {
  const served = { PAWL_WORKSPACES: 'slack:T111 slack:T222 discord:100' }
  const standingsAt = async (request: Request, settings: Record<string, string> = served): Promise<Standing[]> => {
    const hall = fakeHall()
    await createApp(() => rooms(hall, testConfig(settings))).fetch(request, {}, lifetime())
    return hall.admitted.map(({ standing }) => standing)
  }

  const mention = (event: object, more: object) =>
    JSON.stringify({
      type: 'event_callback',
      team_id: 'T111',
      event_id: 'Ev1',
      event: { type: 'app_mention', user: 'U1', text: '<@UBOT> help', channel: 'C1', ts: '1.1', ...event },
      ...more,
    })

  it.each([
    ['of the own workspace is unknown: Slack does not say there who is a guest', { team: 'T111' }, {}, ['unknown']],
    ['of another served workspace is outside', { team: 'T222' }, { is_ext_shared_channel: true }, ['outside']],
    ['is outside, too, where Slack does not say that the channel is shared', { user_team: 'T222' }, {}, ['outside']],
    ['of the same organisation is unknown', { team: 'T222' }, { is_ext_shared_channel: false }, ['unknown']],
    ['of a workspace that is not served is not heard', { team: 'T999' }, { is_ext_shared_channel: true }, []],
  ])('a person in Slack %s', async (_, event, more, expected) => {
    expect(await standingsAt(await slackRequest('/slack/events', mention(event, more)))).toEqual(expected)
  })

  it.each([
    ['the own workspace', 'T111', ['unknown']],
    ['another served workspace', 'T222', ['outside']],
    ['a workspace that is not served', 'T999', []],
  ])('a button pressed by somebody of %s', async (_, team_id, expected) => {
    const payload = {
      type: 'block_actions',
      trigger_id: '1.2.x',
      user: { id: 'U1', team_id },
      team: { id: 'T111' },
      channel: { id: 'C1' },
      actions: [{ type: 'button', action_id: 'run.cancel:r_0123456789abcdef', action_ts: '1.1' }],
    }
    const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString()
    expect(await standingsAt(await slackRequest('/slack/interactions', body))).toEqual(expected)
  })

  it.each([
    ['a full member', { flags: 0, pending: false }, ['member']],
    ['a guest', { flags: 16 }, ['outside']],
    ['somebody before the screening', { pending: true }, ['outside']],
    ['a bot', { user: { id: '200', bot: true } }, ['outside']],
  ])('Discord says of %s', async (_, member, expected) => {
    const keys = await discordKeys()
    const body = JSON.stringify({
      type: 2,
      id: '900',
      application_id: '800',
      token: 'tok',
      guild_id: '100',
      channel_id: '300',
      member: { user: { id: '200' }, ...member },
      data: { type: 1, name: 'whoami' },
    })
    const settings = { ...served, DISCORD_PUBLIC_KEY: keys.publicKey }
    expect(await standingsAt(await discordRequest(keys, body), settings)).toEqual(expected)
  })
})

describe('what a platform said of somebody', () => {
  const db = openDatabase(env.DB)
  const somebody = (id: string): Actor => ({ platform: 'slack', workspace: 'T111', id })
  /** A platform that gives this answer, and how often it was asked. */
  const platform = (standing: () => Promise<Standing>) => {
    const asked: Actor[] = []
    const courier: Pick<Courier, 'standing'> = {
      standing: (actor) => {
        asked.push(actor)
        return standing()
      },
    }
    const couriers = new Map([['slack', courier as Courier]])
    return { asked, services: { couriers, now: () => NOW, log: () => {} } }
  }

  it.each(['member', 'outside'] as const)('is kept when it is %s: it is asked once', async (answer) => {
    const { asked, services } = platform(async () => answer)
    const actor = somebody(`U-${answer}`)
    expect(await standingOf(services, db, actor)).toBe(answer)
    expect(await standingOf(services, db, actor)).toBe(answer)
    expect(asked).toEqual([actor])
  })

  it.each([
    ['counts for 15 minutes less a millisecond', STANDING_FRESH_MS - 1, 1],
    ['no longer counts after 15 minutes', STANDING_FRESH_MS, 0],
    ['counts from its own moment on', 0, 1],
    ['does not count when it comes from the future', -1, 0],
  ])('%s', async (what, age, rows) => {
    const actor = somebody(what)
    await upsertStanding(db, actor, 'member', NOW - age).run()
    expect((await selectStanding(db, actor, NOW).all()).results).toHaveLength(rows)
  })

  it('is asked again when it is stale, and replaced', async () => {
    const { asked, services } = platform(async () => 'outside')
    const actor = somebody('U-demoted')
    await upsertStanding(db, actor, 'member', NOW - STANDING_FRESH_MS).run()
    expect([await standingOf(services, db, actor), await standingOf(services, db, actor)]).toEqual([
      'outside',
      'outside',
    ])
    expect(asked).toHaveLength(1)
  })

  it('is outside when it cannot say, which is not kept', async () => {
    const { asked, services } = platform(async () => 'unknown')
    const actor = somebody('U-unknown')
    expect(await standingOf(services, db, actor)).toBe('outside')
    expect(await standingOf(services, db, actor)).toBe('outside')
    expect(asked).toHaveLength(2)
  })

  it('is outside when it takes longer than the budget', async () => {
    const { services } = platform(() => new Promise(() => {}))
    const before = Date.now()
    expect(await standingOf(services, db, somebody('U-slow'))).toBe('outside')
    expect(Date.now() - before).toBeGreaterThanOrEqual(STANDING_BUDGET_MS - 50)
  })

  it('is outside on a platform that nobody serves', async () => {
    const { services } = platform(async () => 'member')
    expect(await standingOf(services, db, { ...somebody('U1'), platform: 'irc' })).toBe('outside')
  })
})

describe('the group everyone', () => {
  let world: World
  beforeAll(async () => {
    world = await openWorld()
    await env.DB.batch([
      env.DB.prepare("INSERT INTO roles (name, created_at) VALUES ('reader', 0)"),
      env.DB.prepare("INSERT INTO permissions (name) VALUES ('audit:read')"),
      env.DB.prepare("INSERT INTO role_permissions (role_id, permission) SELECT id, 'audit:read' FROM roles"),
      env.DB.prepare(
        "INSERT INTO group_roles (group_id, role_id) SELECT g.id, r.id FROM groups g, roles r WHERE g.name = 'everyone'",
      ),
    ])
  })
  beforeEach(async () => {
    await env.DB.prepare('DELETE FROM standings').run()
    vi.mocked(globalThis.fetch).mockClear()
  })

  const askedSlack = () =>
    vi.mocked(globalThis.fetch).mock.calls.filter(([input]) => new Request(input as Request).url.endsWith('users.info'))
      .length
  const onDiscord = async (person: string, line: string) =>
    (await (await world.simulator.discord.user(person).in('#ops').says(line)).final()).text
  const slackId = (name: string) => PEOPLE.find((person) => person.name === name)?.slack ?? ''

  it('holds a full member of the workspace whom nobody has added', async () => {
    expect(await world.hears('linus', '/pawl audit list')).toContain('run.admitted')
    expect(await onDiscord('linus', '/audit list')).toContain('run.admitted')
  })

  it('does not hold a guest', async () => {
    expect(await world.hears('gus', '/pawl audit list')).toContain('audit:read')
    expect(await world.newestRun('audit:list')).toMatchObject({ state: 'denied', code: 'missing_permission' })
    expect(await onDiscord('gus', '/audit list')).toContain('audit:read')
    expect(await world.newestRun('audit:list')).toMatchObject({ state: 'denied', platform: 'discord' })
  })

  it('does not hold somebody of another workspace in a shared channel, who is not even heard', async () => {
    const runs = async () => (await env.DB.prepare('SELECT count(*) AS n FROM runs').first<{ n: number }>())?.n
    const before = await runs()
    const exchange = await world.says('eve', '@pawl audit list')
    expect([exchange.status, exchange.messages()]).toEqual([200, []])
    expect(await runs()).toBe(before)
    expect(await onDiscord('eve', '/audit list')).toContain('audit:read')
    expect(await world.newestRun('audit:list')).toMatchObject({ state: 'denied', platform: 'discord' })
  })

  it('is asked about once in 15 minutes, and only where it matters', async () => {
    await world.hears('linus', '/pawl audit list')
    await world.hears('linus', '/pawl audit list')
    expect(askedSlack()).toBe(1)
    await world.hears('ada', '/pawl audit list')
    expect(askedSlack()).toBe(1)
  })

  it('holds a member no longer than 15 minutes after he has become a guest', async () => {
    const gus = { platform: 'slack', workspace: 'T0PAWL', id: slackId('gus') }
    const db = openDatabase(env.DB)
    await upsertStanding(db, gus, 'member', Date.now() - STANDING_FRESH_MS + 5_000).run()
    expect(await world.hears('gus', '/pawl audit list')).toContain('run.admitted')
    await upsertStanding(db, gus, 'member', Date.now() - STANDING_FRESH_MS).run()
    expect(await world.hears('gus', '/pawl audit list')).toContain('audit:read')
  })

  it('holds nobody while Slack cannot be asked: nothing runs, and the next command asks again', async () => {
    world.simulator.faults.next('slack.users.info', { status: 500 }, 1)
    expect(await world.hears('linus', '/pawl audit list')).toContain('audit:read')
    expect(await world.newestRun('audit:list')).toMatchObject({ state: 'denied' })
    expect(await world.hears('linus', '/pawl audit list')).toContain('run.admitted')
  })

  it('is remembered for a queued job, which no envelope tells, and asked again where that was forgotten', async () => {
    await env.DB.batch([
      env.DB.prepare("INSERT INTO permissions (name) VALUES ('deploy:run')"),
      env.DB.prepare("INSERT INTO role_permissions (role_id, permission) SELECT id, 'deploy:run' FROM roles"),
    ])
    world.simulator.faults.next('discord.guild.member', { status: 500 }, 1)
    expect(await onDiscord('linus', '/deploy web staging')).toContain('Deployed')
    expect(world.simulator.upstream.deployments).toHaveLength(1)
    // Whatever is kept of anybody is forgotten as soon as it is written: it is asked, and says nothing.
    await env.DB.exec('DELETE FROM standings')
    await env.DB.exec('CREATE TRIGGER forget AFTER INSERT ON standings BEGIN DELETE FROM standings; END')
    const wakes = holdBack()
    await world.simulator.discord.user('linus').in('#ops').says('/deploy web staging')
    const { id } = await world.newestRun('deploy')
    wakes.length = 0
    await work(id)
    expect(await world.newestRun('deploy')).toMatchObject({ id, state: 'queued', attempt: 0 })
    expect(wakes).toEqual([{ wake: { kind: 'run', run: id }, delaySeconds: 15 }])
    expect(world.simulator.upstream.deployments).toHaveLength(1)
    // The next time it does.
    await work(id)
    expect(await world.newestRun('deploy')).toMatchObject({ id, state: 'succeeded' })
    expect(world.simulator.upstream.deployments).toHaveLength(2)
    await env.DB.exec('DROP TRIGGER forget')
    vi.mocked(env.JOBS.send).mockRestore()
  })

  it('never sent what the platforms would have refused', () => {
    expect(world.simulator.violations).toEqual([])
  })
})
