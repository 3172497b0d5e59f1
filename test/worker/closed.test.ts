/** Fail closed: no database, no policy, no record: no execution, and the person is told within 3 s. */
import { env } from 'cloudflare:test'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { sweep } from '../../src/runs/sweep.ts'
import { servicesOf } from '../../src/services.ts'
import { openWorld, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
  await world.hears('ada', '/pawl whoami')
})
afterEach(() => {
  vi.mocked(env.DB.withSession).mockRestore?.()
})

type Session = D1DatabaseSession

/** Replaces each batch of every session. */
function onBatch(replace: (session: Session, statements: D1PreparedStatement[]) => Promise<D1Result[]>): void {
  const open = env.DB.withSession.bind(env.DB)
  vi.spyOn(env.DB, 'withSession').mockImplementation((mode) => {
    const session = open(mode)
    const batch = session.batch.bind(session)
    const original = { ...session, batch } as Session
    session.batch = ((statements: D1PreparedStatement[]) => replace(original, statements)) as Session['batch']
    return session
  })
}

describe('when D1', () => {
  it('is down, nothing runs and the person is told', async () => {
    onBatch(() => Promise.reject(new Error('D1_ERROR: overloaded')))
    const before = world.simulator.upstream.log.length
    const exchange = await world.says('ada', '/deploy web staging')
    expect((await exchange.final()).text).toContain('nothing was run')
    expect(exchange.ms).toBeLessThan(3_000)
    expect(world.simulator.upstream.log.length).toBe(before)
  })

  it('hangs, nothing runs and the person is told within 3 s', async () => {
    onBatch(() => new Promise(() => {}))
    const exchange = await world.says('ada', '/pawl echo hello')
    expect((await exchange.final()).text).toContain('nothing was run')
    expect(exchange.ms).toBeLessThan(3_000)
  })

  it('fails after admission, a read command shows no result', async () => {
    let batches = 0
    onBatch((session, statements) => {
      batches++
      return batches === 1 ? session.batch(statements) : Promise.reject(new Error('D1_ERROR: overloaded'))
    })
    const answer = await world.hears('ada', '/pawl echo unrecorded')
    expect(answer).toContain('could not be recorded, so it is not shown')
    expect(answer).not.toContain('unrecorded ')
  })

  it('fails before the decision of a write command is recorded, its handler does not start', async () => {
    let batches = 0
    onBatch((session, statements) => {
      batches++
      return batches === 1 ? session.batch(statements) : Promise.reject(new Error('D1_ERROR: overloaded'))
    })
    await world.says('ada', '/pawl group create never')
    vi.mocked(env.DB.withSession).mockRestore()
    expect(await env.DB.prepare("SELECT name FROM groups WHERE name = 'never'").first()).toBeNull()
  })
})

describe('the sweeper', () => {
  const overdue = async (command: string) => {
    const run = await world.newestRun(command)
    await env.DB.prepare('UPDATE runs SET due_at = 1 WHERE id = ?').bind(run.id).run()
    return String(run.id)
  }

  it('expires a write command that was admitted and never started, and says so', async () => {
    const id = await overdue('group:create')
    await sweep(servicesOf(env))
    expect(await world.newestRun('group:create')).toMatchObject({ id, state: 'expired', due_at: null })
    expect(world.simulator.transcript()).toContain('was not started in time')
  })

  it('declares an interrupted read command lost, and says so', async () => {
    const id = await overdue('echo')
    await sweep(servicesOf(env))
    expect(await world.newestRun('echo')).toMatchObject({ id, state: 'lost' })
    expect(world.simulator.transcript()).toContain('was interrupted')
    expect(await world.auditOf(id)).toEqual(['run.admitted', 'run.lost', 'reply.delivered'])
  })

  it('wakes a queued run whose message was lost', async () => {
    const send = vi.spyOn(env.JOBS, 'send').mockRejectedValueOnce(new Error('queue is down'))
    const exchange = await world.says('ada', '/sleep 1s')
    send.mockRestore()
    const id = await overdue('sleep')
    expect((await world.newestRun('sleep')).state).toBe('queued')
    await sweep(servicesOf(env))
    await exchange.final()
    expect(await world.newestRun('sleep')).toMatchObject({ id, state: 'succeeded' })
    expect(await world.auditOf(id)).toContain('run.woken')
  })

  it('expires a queued run that is past its time instead of running it late', async () => {
    const send = vi.spyOn(env.JOBS, 'send').mockRejectedValueOnce(new Error('queue is down'))
    const before = world.simulator.upstream.log.length
    const exchange = await world.says('ada', '/deploy web staging')
    send.mockRestore()
    const id = await overdue('deploy')
    await env.DB.prepare('UPDATE runs SET start_by = 2 WHERE id = ?').bind(id).run()
    await sweep(servicesOf(env))
    expect((await exchange.final()).text).toContain('has expired')
    expect(world.simulator.upstream.log.length).toBe(before)
    expect(await world.auditOf(id)).toContain('lock.released')
  })

  const claimed = async (command: string) => {
    await vi.waitUntil(async () => (await world.newestRun(command)).state === 'running', { timeout: 5_000 })
    return await overdue(command)
  }

  it('declares a job whose claim has lapsed lost, tells the room and leaves its lock to the lease', async () => {
    const exchange = await world.says('ada', '/deploy web staging')
    const id = await claimed('deploy')
    await sweep(servicesOf(env))
    expect((await exchange.final()).text).toContain('its outcome is unknown')
    expect(await world.newestRun('deploy')).toMatchObject({ id, state: 'lost' })
    // Whoever executed it may still be at it: the next one must not start beside it.
    const next = await world.says('ada', '/deploy web staging')
    expect(next.messages()[0]?.text).toContain(`held by run ${id}`)
    await world.simulator.slack.user('ada').in('#ops').press('Cancel')
    expect((await next.final()).text).toContain('was cancelled')
    expect(await world.auditOf(id)).not.toContain('lock.released')
  })

  it('repeats an interrupted job whose command says that this is safe', async () => {
    const exchange = await world.says('ada', '/sleep 1s --key again')
    const id = await claimed('sleep')
    await sweep(servicesOf(env))
    await exchange.final()
    expect(await world.newestRun('sleep')).toMatchObject({ id, state: 'succeeded', attempt: 2 })
  })

  it('repeats it also when its time to start has passed: it had started in time', async () => {
    const exchange = await world.says('ada', '/sleep 1s --key late')
    const id = await claimed('sleep')
    await env.DB.prepare('UPDATE runs SET start_by = 2 WHERE id = ?').bind(id).run()
    await sweep(servicesOf(env))
    await exchange.final()
    expect(await world.newestRun('sleep')).toMatchObject({ id, state: 'succeeded', attempt: 2 })
  })
})
