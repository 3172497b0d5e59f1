/** The main job, end to end: verified, authorised, run or queued, answered, audited; on both platforms, over real bindings. */
import { env } from 'cloudflare:test'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { FLAT_EVENT } from '../../src/db/audit.ts'
import { countTrips } from './trips.ts'
import { openWorld, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})

describe('an inline command', () => {
  it('is answered in the response and recorded', async () => {
    const exchange = await world.says('grace', '/pawl echo hello')
    expect(exchange.status).toBe(200)
    expect((await exchange.final()).text).toContain('hello')
    const run = await world.newestRun('echo')
    expect(run).toMatchObject({
      state: 'succeeded',
      platform: 'slack',
      workspace: 'T0PAWL',
      address: null,
      due_at: null,
    })
    expect(await world.auditOf(String(run.id))).toEqual(['run.admitted', 'policy.allowed', 'run.succeeded'])
  })

  it('costs one trip to D1 before its handler and one after', async () => {
    await world.hears('grace', '/pawl whoami')
    const trips = countTrips()
    await world.hears('grace', '/pawl echo counted')
    expect(trips.count()).toBe(2)
    vi.mocked(env.DB.withSession).mockRestore()
  })

  it('is answered as deferred after 2 s and edited in, without the author doing anything', async () => {
    const exchange = await world.says('ada', '/pawl http check https://simulator.test/upstream/page?ms=3000')
    expect(exchange.ms).toBeLessThan(3_000)
    expect(exchange.messages()[0]?.text).toContain('Working on it')
    expect((await exchange.final()).text).toContain('200')
    const run = await world.newestRun('http:check')
    expect(await world.auditOf(String(run.id))).toEqual([
      'run.admitted',
      'policy.allowed',
      'run.succeeded',
      'reply.delivered',
    ])
  })

  it('that is misspelled gets advice out of what the person may run, and runs nothing', async () => {
    expect(await world.hears('grace', '/pawl ehco hello')).toContain('Did you mean echo?')
    expect(await world.hears('grace', '/pawl deplyo web')).not.toContain('deploy ')
  })

  it('with wrong arguments gets every problem and the usage', async () => {
    const answer = await world.hears('grace', '/pawl meow --loud')
    expect(answer).toContain('--loud')
    expect(answer).toContain('Usage')
  })
})

describe('a denied command', () => {
  it('is refused privately, naming what is missing and who can grant it, on Slack', async () => {
    const answer = await (await world.says('grace', '/deploy web staging')).final()
    expect(answer.onlyFor).toBe('grace')
    expect(answer.text).toContain('deploy:run')
    expect(answer.text).toContain('can grant it')
    const run = await world.newestRun('deploy')
    expect(run.state).toBe('denied')
    expect(await world.auditOf(String(run.id))).toEqual(['run.admitted', 'policy.denied', 'run.denied'])
  })

  it('is refused privately on Discord', async () => {
    const exchange = await world.simulator.discord.user('grace').in('#ops').says('/deploy web staging')
    const answer = await exchange.final()
    expect(answer.onlyFor).toBe('grace')
    expect(answer.text).toContain('deploy:run')
  })

  it('tells nothing about its usage to who may not run it', async () => {
    const answer = await world.hears('grace', '/pawl deploy --what')
    expect(answer).toContain('deploy:run')
    expect(answer).not.toContain('Usage')
  })
})

describe('a delivery that comes again', () => {
  it('gets the first answer and runs nothing', async () => {
    const exchange = await world.says('grace', '/pawl echo once')
    const first = await exchange.final()
    const again = await exchange.deliverAgain()
    expect(JSON.stringify(again.answer)).toContain('once')
    expect(first.text).toContain('once')
    const run = await world.newestRun('echo')
    expect(await world.auditOf(String(run.id))).toEqual([
      'run.admitted',
      'policy.allowed',
      'run.succeeded',
      'delivery.duplicate',
    ])
  })

  it('makes one run out of 200 at once', async () => {
    const before = await env.DB.prepare('SELECT count(*) AS n FROM runs').first<{ n: number }>()
    const delivery = await world.simulator.slack.user('grace').in('#ops').prepares('/pawl echo storm')
    const exchanges = await Promise.all(Array.from({ length: 200 }, () => delivery.send()))
    expect(exchanges.every(({ status }) => status === 200)).toBe(true)
    const after = await env.DB.prepare('SELECT count(*) AS n FROM runs').first<{ n: number }>()
    expect((after?.n ?? 0) - (before?.n ?? 0)).toBe(1)
    const run = await world.newestRun('echo')
    const codes = await world.auditOf(String(run.id))
    expect(codes.filter((code) => code === 'run.succeeded')).toHaveLength(1)
    expect(codes.filter((code) => code === 'delivery.duplicate')).toHaveLength(199)
  })

  it('as an event, whose answer no response carries, is answered once', async () => {
    const exchange = await world.says('grace', '@pawl echo only once')
    await exchange.final()
    await exchange.deliverAgain()
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(world.simulator.transcript().split('pawl: only once')).toHaveLength(2)
  })

  it('with another content is refused and recorded', async () => {
    const delivery = await world.simulator.slack.user('grace').in('#ops').prepares('/pawl echo mine')
    await delivery.send()
    const other = await (await delivery.altered((body) => body.replace('mine', 'yours'))).send()
    expect(JSON.stringify(other.answer)).toContain('asks for something else')
    const run = await world.newestRun('echo')
    expect(await world.auditOf(String(run.id))).toContain('delivery.altered')
  })
})

describe('administration in chat', () => {
  it('gives a right through user, group, role and permission, and takes it away again', async () => {
    expect(await world.hears('grace', '/pawl user add grace @grace')).toContain('pawl:admin')
    expect(await world.hears('ada', '/pawl user add grace @grace')).toContain('Added the user')
    expect(await world.hears('ada', '/pawl group create deployers')).toContain('Created the group')
    expect(await world.hears('ada', '/pawl group add deployers grace')).toContain('are now: grace')
    expect(await world.hears('ada', '/pawl role create deployer')).toContain('Created the role')
    expect(await world.hears('ada', '/pawl permission grant deploy:rnu deployer')).toContain('did you mean deploy:run?')
    expect(await world.hears('ada', '/pawl permission grant deploy:run deployer')).toContain('deploy:run')
    expect(await world.hears('ada', '/pawl role grant deployer deployers')).toContain('deployer')
    expect(await world.hears('grace', '/pawl whoami')).toContain('deployers')
    const allowed = await world.says('grace', '/deploy web staging')
    expect((await allowed.final()).text).toContain('web')
    expect(await world.hears('ada', '/pawl role revoke deployer deployers')).toContain('none')
    expect(await world.hears('grace', '/deploy web staging')).toContain('deploy:run')
  })

  it('is recorded with before and after', async () => {
    const { results } = await env.DB.prepare(
      `SELECT ${FLAT_EVENT} FROM audit WHERE code = 'admin.changed' ORDER BY seq`,
    ).all<{
      event: string
    }>()
    const changes = results.map(({ event }) => JSON.parse(event))
    expect(changes).toContainEqual(
      expect.objectContaining({ target: 'group:deployers', before: [], after: ['grace'], actor: 'U0ADA00001' }),
    )
    expect(changes.at(-1)).toMatchObject({ target: 'group:deployers', before: ['deployer'], after: [] })
  })

  it('says so when there is nothing to change', async () => {
    expect(await world.hears('ada', '/pawl group add deployers grace')).toContain('Nothing changed')
    expect(await world.hears('ada', '/pawl group add nobody grace')).toContain('there is no group "nobody"')
    expect(await world.hears('ada', '/pawl user add linus @grace')).toContain('is the user grace already')
  })
})

describe('a job', () => {
  it('runs from the queue with progress to its end, in one message', async () => {
    const exchange = await world.says('ada', '/deploy web staging')
    const answer = await exchange.final()
    expect(answer.text).toContain('web')
    expect(answer.onlyFor).toBeNull()
    const run = await world.newestRun('deploy')
    expect(run).toMatchObject({ state: 'succeeded', attempt: 1, address: null, input: null })
    expect(JSON.parse(String(run.locks))).toEqual([{ key: 'deploy:web:staging', epoch: expect.any(Number) }])
    expect(await world.auditOf(String(run.id))).toEqual([
      'run.admitted',
      'policy.allowed',
      'run.queued',
      'lock.acquired',
      'run.running',
      'run.succeeded',
      'lock.released',
      'reply.delivered',
    ])
  })

  it('waits for its singleton and runs after the first', async () => {
    const first = await world.says('ada', '/sleep 2s --key shop')
    const second = await world.simulator.discord.user('ada').in('#ops').says('/sleep duration:1s key:shop')
    expect(second.messages()[0]?.text).toContain('is next for sleep:shop')
    await first.final()
    await second.final()
    const { results } = await env.DB.prepare(
      `SELECT state, value ->> 'epoch' AS epoch FROM runs, json_each(locks)
       WHERE value ->> 'key' = 'sleep:shop' ORDER BY epoch`,
    ).all()
    expect(results).toEqual([
      { state: 'succeeded', epoch: 1 },
      { state: 'succeeded', epoch: 2 },
    ])
  })

  it('that waits and was asked for by a mention says so, and its message ends as its own', async () => {
    const holder = await world.says('ada', '/sleep 3s --key mention')
    const waiter = await world.says('ada', '@pawl sleep 1s --key mention')
    await vi.waitUntil(() => waiter.messages().some(({ text }) => text.includes('is next for')), { timeout: 3_000 })
    await holder.final()
    await waiter.final()
    expect(waiter.messages()).toHaveLength(1)
  })

  it('is cancelled while it waits, and its place is given up', async () => {
    const holder = await world.says('ada', '/sleep 3s --key shop')
    const waiter = await world.says('ada', '/sleep 1s --key shop')
    const run = await world.newestRun('sleep')
    expect(run.state).toBe('queued')
    expect(await world.hears('grace', `/pawl run cancel ${run.id}`)).toContain('need the permission run:cancel')
    expect(await world.hears('ada', `/pawl run cancel ${run.id}`)).toContain('was cancelled before it started')
    expect((await waiter.final()).text).toContain('was cancelled')
    await holder.final()
  })

  it('is cancelled while it runs, within a heartbeat', async () => {
    const exchange = await world.says('ada', '/sleep 60s')
    await vi.waitUntil(async () => (await world.newestRun('sleep')).state === 'running', { timeout: 5_000 })
    const run = await world.newestRun('sleep')
    expect(await world.hears('ada', `/pawl run cancel ${run.id}`)).toContain('is being stopped')
    expect((await exchange.final({ withinMs: 10_000 })).text).toContain('was cancelled')
    expect((await world.newestRun('sleep')).state).toBe('cancelled')
  }, 20_000)
})

describe('the Cancel button of a job', () => {
  it('is a new run of the person who presses it, with the full check', async () => {
    const exchange = await world.says('ada', '/sleep 60s')
    await vi.waitUntil(() => exchange.messages().some(({ text }) => text.includes('Running')), { timeout: 5_000 })
    const notHers = await world.simulator.slack.user('grace').in('#ops').press('Cancel')
    expect((await notHers.final()).text).toContain('run:cancel')
    const hers = await world.simulator.slack.user('ada').in('#ops').press('Cancel')
    expect((await hers.final()).text).toContain('is being stopped')
    expect((await exchange.final()).text).toContain('was cancelled')
  })

  it('works on Discord', async () => {
    const exchange = await world.simulator.discord.user('ada').in('#general').says('/sleep duration:60s')
    await vi.waitUntil(() => exchange.messages().some(({ text }) => text.includes('Running')), { timeout: 5_000 })
    const pressed = await world.simulator.discord.user('ada').in('#general').press('Cancel')
    expect((await pressed.final()).text).toContain('is being stopped')
    expect((await exchange.final()).text).toContain('was cancelled')
  })
})

it('leaves no word in between behind', () => {
  expect(world.simulator.interim()).toEqual([])
})

it('never sent a message that the platforms would have refused', () => {
  expect(world.simulator.violations).toEqual([])
})
