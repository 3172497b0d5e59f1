/** A crash with ten jobs under way: none is lost without a word, none runs twice (design, section 5, rules 1, 5 and 6). */
import { describe, expect, it } from 'vitest'
import type { Exchange } from '../../simulator/index.ts'
import { ALL_DELIVERED, auditEvents, DELIVERY_RETRIED, house, untilRows, withDatabase } from './kit.ts'

/** Four locks: of the queued jobs some hold theirs and only wait for the queue, some wait in line for a lock. */
const TARGETS = ['web staging', 'api staging', 'shop staging', 'mail staging']
const JOBS = 10
/** The local queue works off one batch at a time, and the first job is a batch of its own. */
const RUNNING = 1

interface Run {
  readonly id: string
  readonly state: string
}
const RUNS = 'SELECT id, state FROM runs ORDER BY created_at, id'

describe.concurrent('after kill -9 of workerd', () => {
  it('ten jobs all reach an end that their room is told, and none runs twice', async (test) => {
    const pawl = await house(test)
    const { simulator } = pawl
    const ada = simulator.slack.user('ada').in('#ops')
    const asked: Exchange[] = []
    for (let i = 0; i < JOBS; i++) asked.push(await ada.says(`/deploy ${TARGETS[i % TARGETS.length]}`))
    expect(await simulator.until(() => simulator.upstream.log.length === RUNNING, 10_000)).toBe(true)

    await pawl.kill9()
    const crashed = withDatabase(pawl.state, (database) => {
      const runs = database.prepare(RUNS).all() as unknown as Run[]
      // The sweeper leaves a run alone for its claim's lease (30 s) or its wake-up's grace (60 s): let that time be over.
      database.exec('UPDATE runs SET due_at = 0 WHERE due_at IS NOT NULL')
      return runs
    })
    const inState = (state: string) => crashed.filter((run) => run.state === state).map((run) => run.id)
    expect(inState('running')).toHaveLength(RUNNING)
    expect(inState('queued')).toHaveLength(JOBS - RUNNING)

    await pawl.restart()
    await pawl.tick()
    const last = await Promise.all(asked.map((exchange) => exchange.final({ withinMs: 120_000 })))

    const lost = last.filter(({ text }) => /interrupted.*outcome is unknown.*Pawl will not/.test(text))
    const succeeded = last.filter(({ text }) => /Deployed/.test(text))
    for (const message of last) expect(message).toMatchObject({ room: 'ops', onlyFor: null })
    expect(lost).toHaveLength(RUNNING)
    for (const run of inState('running')) expect(lost.filter(({ text }) => text.includes(run))).toHaveLength(1)
    expect(succeeded).toHaveLength(JOBS - RUNNING)
    for (const run of inState('queued')) expect(succeeded.filter(({ text }) => text.includes(run))).toHaveLength(1)
    expect(await simulator.until(() => simulator.interim().length === 0, 5_000)).toBe(true)
    expect(simulator.violations).toEqual([])
    // Every job asked the outside world once: the lost ones before the crash, the others after it.
    const orders = simulator.upstream.log.map(({ key }) => key)
    expect(orders).toHaveLength(JOBS)
    expect(new Set(orders).size).toBe(JOBS)

    await untilRows(pawl.state, ALL_DELIVERED)
    await pawl.stop()
    const codes = Map.groupBy(auditEvents(pawl.state), ({ run }) => String(run))
    for (const { id } of crashed) {
      const told = (codes.get(id) ?? []).map(({ code }) => code)
      const end = inState('running').includes(id) ? 'run.lost' : 'run.succeeded'
      for (const once of ['run.admitted', 'policy.allowed', 'run.queued', 'run.running', end, 'reply.delivered'])
        expect(
          told.filter((code) => code === once),
          `${once} of ${id}`,
        ).toHaveLength(1)
      // What was queued is woken by the sweeper, or by its lock if that came first; what had started is never started again.
      if (end === 'run.lost') expect(told).not.toContain('run.woken')
    }
    expect(withDatabase(pawl.state, (database) => database.prepare('SELECT state FROM outbox').all())).toEqual(
      Array.from({ length: JOBS }, () => ({ state: 'delivered' })),
    )
    // A lost run's lock is free when its lease ends, after 45 s.
  }, 150_000)

  it('an answer that waits for Slack is still told, and its job not repeated', async (test) => {
    const pawl = await house(test)
    const { simulator } = pawl
    simulator.faults.next('slack.*', { status: 503 }, 1_000)
    const asked = await simulator.slack.user('ada').in('#ops').says('/deploy web staging')
    // A deployment takes three seconds; then the answer is in the outbox, and Slack does not take it.
    await untilRows(pawl.state, DELIVERY_RETRIED)
    expect(asked.messages().filter(({ text }) => text.includes('Deployed'))).toEqual([])

    await pawl.kill9()
    withDatabase(pawl.state, (database) => {
      expect(database.prepare('SELECT state FROM runs').all()).toEqual([{ state: 'succeeded' }])
      // The pause before the next try is over; the wake-up for it has died with the queue.
      expect(database.prepare("UPDATE outbox SET next_at = 0 WHERE state = 'pending'").run().changes).toBe(1)
    })
    simulator.faults.clear()
    await pawl.restart()
    await pawl.tick()

    const end = await asked.final({ withinMs: 10_000 })
    expect(end).toMatchObject({ room: 'ops', onlyFor: null })
    expect(end.text).toContain('Deployed web v42 to staging')
    expect(simulator.upstream.log).toHaveLength(1)
    expect(simulator.violations).toEqual([])
  })
})
