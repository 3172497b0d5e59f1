/** What becomes of a redirect in the end: who reads what where, and what the asker hears when it does not arrive. */
import { env } from 'cloudflare:test'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { workRun } from '../../src/runs/work.ts'
import { servicesOf } from '../../src/services.ts'
import { openWorld, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
  for (const line of ['user add grace @grace', 'group create ops', 'group add ops grace', 'role create ops'])
    await world.hears('ada', `/pawl ${line}`)
  for (const line of ['permission grant deploy:run ops', 'permission grant redirect:post ops', 'role grant ops ops'])
    await world.hears('ada', `/pawl ${line}`)
})

type Platform = 'slack' | 'discord'
const typed = { slack: (line: string) => `/pawl ${line}`, discord: (line: string) => `/pawl run: ${line}` }
const asks = async (platform: Platform, person: string, line: string) =>
  (await world.simulator[platform].user(person).in('#ops').says(typed[platform](line))).final()
const reads = (platform: Platform, person: string, room: string) =>
  world.simulator[platform].user(person).in(room).sees()
const finds = async (platform: Platform, person: string, room: string, text: string) => {
  const found = () => reads(platform, person, room).find((message) => message.text.includes(text))
  await vi.waitUntil(() => found() !== undefined, { timeout: 10_000 })
  return found()
}
const stateOf = async (line: string) =>
  env.DB.prepare('SELECT id, state, code FROM runs WHERE line LIKE ? ORDER BY created_at DESC LIMIT 1')
    .bind(`${line}%`)
    .first<{ id: string; state: string; code: string | null }>()
const waitFor = async (line: string, state: string) =>
  vi.waitUntil(async () => (await stateOf(line))?.state === state, { timeout: 15_000, interval: 50 })

describe.each([
  ['slack', 'slack.chat.postMessage', 'request_failed'],
  ['discord', 'discord.channel.post', 'http_403'],
] as const)('on %s, an answer that another room refuses for good', (platform, call, reason) => {
  it('is reported to the asker alone, with where it can be had', async () => {
    world.simulator.faults.next(call, { status: 403 }, 1)
    const told = await asks(platform, 'ada', `echo lost-on-${platform} > #general`)
    expect(told.text).toContain('goes to #general')
    const notice = await finds(platform, 'ada', 'dm', `lost-on-${platform}`)
    const run = await stateOf(`echo lost-on-${platform}`)
    expect(notice?.text).toContain('could not be brought to #general')
    expect(notice?.text).toContain(reason)
    expect(notice?.text).toContain(`run show ${run?.id} has it`)
    expect(run?.state).toBe('succeeded')
    const { results } = await env.DB.prepare('SELECT target, state FROM outbox WHERE run = ? ORDER BY target')
      .bind(run?.id)
      .all()
    expect(results).toEqual([
      { target: -1, state: 'delivered' },
      { target: 1, state: 'undeliverable' },
    ])
    expect(reads(platform, 'grace', '#ops').some(({ text }) => text.includes('could not be brought'))).toBe(false)
  })
})

it('a copy of a line that mentions Pawl on Slack, which names its room by id alone, says from which room it is', async () => {
  await (await world.simulator.slack.user('ada').in('#ops').says('@pawl echo hailed > #general')).final()
  const there = await finds('slack', 'linus', '#general', 'hailed')
  expect(there?.text).toMatch(/sent by .+ from #ops · run r_\w{16}/)
})

it('a report that cannot be brought at once is brought later', async () => {
  world.simulator.faults.next('slack.chat.postMessage', { status: 403 }, 1)
  world.simulator.faults.next('slack.conversations.open', { status: 503 }, 1)
  await asks('slack', 'ada', 'echo twice-unlucky > #general')
  expect((await finds('slack', 'ada', 'dm', 'twice-unlucky'))?.text).toContain('could not be brought')
})

describe.each(['slack', 'discord'] as const)('on %s, a copy', (platform) => {
  it('says who had it sent and from where, without calling anybody, unless it goes to the asker', async () => {
    await asks(platform, 'ada', `echo signed-${platform} *> #general me`)
    const there = await finds(platform, 'linus', '#general', `signed-${platform}`)
    expect(there?.text).toMatch(/sent by .+ from #ops · run r_\w{16}/)
    expect(there?.pings).toEqual([])
    expect((await finds(platform, 'ada', 'dm', `signed-${platform}`))?.text).not.toContain('sent by')
  })

  it('of nothing says so, too', async () => {
    await asks(platform, 'ada', `seed '[]' | filter size-${platform} > #leads`)
    const there = await finds(platform, 'grace', '#leads', 'There is nothing to show')
    expect(there?.text).toMatch(/sent by .+ from #ops/)
  })

  it('of a long answer offers no page that its readers cannot ask for', async () => {
    const rows = JSON.stringify(Array.from({ length: 60 }, (_, i) => ({ app: `${platform}-${i}` })))
    const here = await asks(platform, 'ada', `seed '${rows}' *> here #general`)
    expect(here.text).toContain('run show')
    const there = await finds(platform, 'linus', '#general', `${platform}-24`)
    expect(there?.text).toContain('The first 25 of 60 records')
    expect(there?.text).not.toContain('run show')
  })

  it('beside the answer here is named to nobody in the room, and not made where the answer is already', async () => {
    const here = await asks(platform, 'ada', `echo shy-${platform} *> here #leads`)
    expect(here.onlyFor).toBeNull()
    expect(here.text).toContain('also goes to one other place')
    expect(here.text).not.toContain('leads')
    await asks(platform, 'ada', `echo alone-${platform} *> here #ops`)
    await new Promise((resolve) => setTimeout(resolve, 300))
    const seen = reads(platform, 'grace', '#ops').filter(({ text }) => text.startsWith(`alone-${platform}`))
    expect(seen).toHaveLength(1)
  })
})

describe('a room that the asker may not see', () => {
  beforeAll(async () => {
    for (const line of ['role create posters', 'permission grant redirect:post posters', 'role grant posters everyone'])
      await world.hears('ada', `/pawl ${line}`)
  })
  afterAll(async () => {
    await world.hears('ada', '/pawl role revoke posters everyone')
  })

  it.each([
    ['slack', '#C0LEADS001', '#C0NOWHERE1'],
    ['discord', '#1180000000000000024', '#1180000000000000999'],
  ] as const)('answers on %s like one that is not there', async (platform, hidden, absent) => {
    const told = async (room: string) => (await asks(platform, 'linus', `echo psst > ${room}`)).text
    const bare = (text: string) => text.replace(/run r_\w+|#\w+/g, '')
    expect(await told('#leads')).toContain('no such channel')
    expect(bare(await told(hidden))).toBe(bare(await told(absent)))
    expect(reads(platform, 'grace', '#leads').some(({ text }) => text.includes('psst'))).toBe(false)
    await asks(platform, 'grace', 'echo for-the-leads > #leads')
    await finds(platform, 'ada', '#leads', 'for-the-leads')
  })
})

describe('a queued job', () => {
  const holdsLock = async () => {
    await world.says('ada', '/pawl deploy web staging')
    await waitFor('deploy web staging', 'running')
  }

  it('that may no longer send its answer away is denied when it starts', async () => {
    await holdsLock()
    await world.says('grace', '/pawl deploy web staging > #general')
    await waitFor('deploy web staging >', 'queued')
    await world.hears('ada', '/pawl permission revoke redirect:post ops')
    await waitFor('deploy web staging >', 'denied')
    const run = await stateOf('deploy web staging >')
    expect(run?.code).toBe('missing_permission')
    expect(await world.auditOf(String(run?.id))).toContain('policy.denied')
    expect(world.simulator.upstream.deployments).toHaveLength(1)
    await world.hears('ada', '/pawl permission grant redirect:post ops')
  })

  it('whose room is gone when it starts fails before it does anything, and tells the asker alone', async () => {
    await holdsLock()
    const exchange = await world.says('ada', '/pawl deploy web staging > #general')
    await waitFor('deploy web staging >', 'queued')
    world.simulator.faults.next('slack.conversations.info', { status: 403 }, 1)
    const before = world.simulator.upstream.deployments.length
    await waitFor('deploy web staging >', 'failed')
    expect(await stateOf('deploy web staging >')).toMatchObject({ code: 'redirect' })
    expect(world.simulator.upstream.deployments).toHaveLength(before)
    const told = await exchange.final()
    expect(told).toMatchObject({ onlyFor: 'ada' })
    expect(told.text).toContain('Nothing was run')
  })

  it('that fails tells only the asker when its answer was to go elsewhere', async () => {
    const away = await (await world.says('ada', '/pawl deploy broken staging > #general')).final()
    expect(away).toMatchObject({ onlyFor: 'ada' })
    expect(away.text).toContain('failed')
    const both = await (await world.says('ada', '/pawl deploy broken staging *> here #general')).final()
    expect(both.onlyFor).toBeNull()
  })

  it('that is cancelled while it waits tells only the asker, too', async () => {
    await world.says('ada', '/pawl deploy api staging')
    await waitFor('deploy api staging', 'running')
    const waiting = await world.says('ada', '/pawl deploy api staging > #general')
    await waitFor('deploy api staging >', 'queued')
    const run = await stateOf('deploy api staging >')
    await world.hears('ada', `/pawl run cancel ${run?.id}`)
    await waitFor('deploy api staging >', 'cancelled')
    await vi.waitUntil(async () => (await waiting.final()).text.includes('was cancelled'), { timeout: 5_000 })
    expect(await waiting.final()).toMatchObject({ onlyFor: 'ada' })
  })
})

describe.each([
  ['slack', 'slack.conversations.info'],
  ['discord', 'discord.channel.get'],
] as const)('a queued job whose platform cannot be asked about its room just now, on %s', (platform, call) => {
  afterEach(() => {
    vi.mocked(env.JOBS.send).mockRestore?.()
  })

  /** A job that waits for its consumer. */
  async function queued(service: string) {
    vi.spyOn(env.JOBS, 'send').mockResolvedValue({ metadata: { metrics: { backlogCount: 0, backlogBytes: 0 } } })
    const line = `deploy ${service} staging >`
    const exchange = await world.simulator[platform]
      .user('ada')
      .in('#ops')
      .says(typed[platform](`${line} #general`))
    await vi.waitUntil(async () => (await rowOf(line))?.state === 'queued')
    return { exchange, id: (await rowOf(line))?.id ?? '', line }
  }
  const rowOf = (line: string) =>
    env.DB.prepare('SELECT id, state, attempt, code FROM runs WHERE line LIKE ? ORDER BY created_at DESC LIMIT 1')
      .bind(`${line}%`)
      .first<{ id: string; state: string; attempt: number; code: string | null }>()
  const failures = [{ status: 429, retryAfter: 1 }, { status: 503 }, { drop: true as const }]

  it('has done nothing, is put back and tried again, and is then done once', async () => {
    const { id, line } = await queued('web')
    const before = world.simulator.upstream.deployments.length
    for (const fault of failures) {
      world.simulator.faults.next(call, fault, 1)
      await expect(workRun(servicesOf(env), id)).rejects.toThrow('cannot say just now')
      expect(await rowOf(line)).toMatchObject({ state: 'queued', attempt: 0 })
    }
    await workRun(servicesOf(env), id)
    expect(await rowOf(line)).toMatchObject({ state: 'succeeded', attempt: 1 })
    expect(world.simulator.upstream.deployments).toHaveLength(before + 1)
  })

  it('expires when it is too late to start', async () => {
    const { exchange, id, line } = await queued('api')
    await env.DB.prepare('UPDATE runs SET start_by = 1 WHERE id = ?').bind(id).run()
    await workRun(servicesOf(env), id)
    expect(await rowOf(line)).toMatchObject({ state: 'expired', attempt: 0 })
    expect((await exchange.final()).text).toContain('was not started in time')
  })

  it('ends at its deadline when it had begun, and says so', async () => {
    const { exchange, id, line } = await queued('web')
    const set = (deadline: number) =>
      env.DB.prepare('UPDATE runs SET attempt = 1, deadline_at = ? WHERE id = ?').bind(deadline, id).run()
    await set(Date.now() + 60_000)
    world.simulator.faults.next(call, { status: 503 }, 2)
    await expect(workRun(servicesOf(env), id)).rejects.toThrow('cannot say just now')
    await set(Date.now())
    await workRun(servicesOf(env), id)
    expect(await rowOf(line)).toMatchObject({ state: 'failed', code: 'redirect' })
    expect((await exchange.final()).text).toContain('It had begun: look at what it did before.')
  })
})

it('more than ten places are refused, and equal ones are one', async () => {
  const rooms = Array.from({ length: 10 }, (_, i) => `#room-${i}`).join(' ')
  expect((await asks('slack', 'ada', `echo x *> here ${rooms}`)).text).toContain('at most 10 places')
  await asks('slack', 'ada', 'echo only-once *> #general #general me me')
  await finds('slack', 'ada', 'dm', 'only-once')
  const run = await stateOf('echo only-once')
  const row = await env.DB.prepare('SELECT COUNT(*) AS n FROM outbox WHERE run = ?').bind(run?.id).first()
  expect(row).toEqual({ n: 2 })
})

it('never sent a message that the platforms would have refused', () => {
  expect(world.simulator.violations).toEqual([])
})
