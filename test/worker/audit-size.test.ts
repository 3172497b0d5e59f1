/**
 * However much a run leaves behind for the log, its end is written. D1 takes 2 MB in one string, the local one up to 9 MB: what must
 * not be one string is larger than that here.
 */
import { env } from 'cloudflare:test'
import { describe, expect, it } from 'vitest'
import { EVENTS_MAX_BYTES } from '../../src/audit/bound.ts'
import { type AuditEvent, auditEvent } from '../../src/audit/event.ts'
import { plain } from '../../src/chat/markdown.ts'
import { textReply } from '../../src/chat/reply.ts'
import { appendAudit, FLAT_EVENT } from '../../src/db/audit.ts'
import { openDatabase } from '../../src/db/database.ts'
import { changeState, insertRun } from '../../src/db/runs.ts'
import { endRun } from '../../src/runs/end.ts'
import { REPLY_KEPT } from '../../src/runs/kept.ts'
import type { Services } from '../../src/runs/services.ts'

const db = openDatabase(env.DB)
const actor = { platform: 'slack', workspace: 'T1', id: 'U1' }
const services = { now: () => 2, token: () => crypto.randomUUID() } as Services

const event = (run: string, n: number, size: number): AuditEvent =>
  auditEvent(1, 'policy.allowed', actor, { run, n, args: '€'.repeat(size) })

async function running(run: string): Promise<void> {
  const made = { id: run, digest: 'd', source: 'test', platform: 'slack', workspace: 'T1', actor: 'U1', channel: '{}' }
  const kind = { line: 'x', history: 'whole', command: 'x', effects: 'write', mode: 'job', retry: 'unsafe' } as const
  await insertRun(db, { ...made, ...kind, change: 'c0', due_at: 1, address: null, created_at: 1 }).run()
  await changeState(db, { run, change: 'c1', from: ['accepted'], to: 'running', set: { attempt: 1 } }).run()
}

async function logged(run: string): Promise<{ code: string; event: string }[]> {
  const rows = env.DB.prepare(`SELECT code, ${FLAT_EVENT} FROM audit WHERE run = ? ORDER BY seq`).bind(run)
  return (await rows.all<{ code: string; event: string }>()).results
}

describe('the events of one write', () => {
  it('may be more than D1 takes in one string, and stay in order', async () => {
    const events = Array.from({ length: 400 }, (_, n) => event('r_many', n, 10_000))
    await appendAudit(db, { when: 'always' }, events).run()
    expect((await logged('r_many')).map((row) => JSON.parse(row.event).n)).toEqual(events.map((_, n) => n))
  })

  it('are none of them larger than a row takes', async () => {
    await appendAudit(db, { when: 'always' }, [event('r_large', 0, 3_000_000)]).run()
    const [row] = await logged('r_large')
    expect(JSON.parse(row?.event ?? '{}').args).toMatch(/^€+… \(3000000 characters\)$/)
  })

  it('depend on the change of the batch as one does', async () => {
    await running('r_guarded')
    const events = Array.from({ length: 150 }, (_, n) => event('r_guarded', n, 10_000))
    await appendAudit(db, { when: 'changed', run: 'r_guarded', change: 'other' }, events).run()
    expect(await logged('r_guarded')).toEqual([])
    await appendAudit(db, { when: 'changed', run: 'r_guarded', change: 'c1' }, events).run()
    expect(await logged('r_guarded')).toHaveLength(150)
  })
})

describe('a run that leaves too much behind', () => {
  it('ends all the same with more events than fit, and says how many are left out', async () => {
    await running('r_full')
    const events = Array.from({ length: 200 }, (_, n) => event('r_full', n, 10_000))
    const reply = textReply(plain('done'))
    const ending = {
      run: 'r_full',
      actor,
      channel: 'C1',
      from: ['running'],
      to: 'succeeded',
      code: null,
      reply,
      createdAt: 1,
    } as const
    expect(await endRun(services, db, { ...ending, attempt: 1, events, locks: ['k'], outbox: true })).toBe(true)
    const row = await env.DB.prepare("SELECT state FROM runs WHERE id = 'r_full'").first()
    expect(row).toEqual({ state: 'succeeded' })
    const log = await logged('r_full')
    const kept = log.length - 3
    expect(kept * 30_000).toBeLessThan(EVENTS_MAX_BYTES)
    expect(log.slice(kept).map(({ code }) => code)).toEqual(['audit.cut', 'run.succeeded', 'lock.released'])
    expect(JSON.parse(log[kept]?.event ?? '{}').left_out).toBe(200 - kept)
  })

  it('ends as well with an answer that is longer than a row takes, and keeps one that is not', async () => {
    for (const [run, size] of [
      ['r_short', REPLY_KEPT - 1_000],
      ['r_long', 10_000_000],
    ] as const) {
      await running(run)
      const reply = textReply(plain('x'.repeat(size)))
      const ending = {
        run,
        actor,
        channel: 'C1',
        from: ['running'],
        to: 'succeeded',
        code: null,
        reply,
        createdAt: 1,
      } as const
      const copies = [{ label: '#ops', address: { platform: 'slack' }, reply }]
      expect(await endRun(services, db, { ...ending, attempt: 1, outbox: true, copies })).toBe(true)
    }
    const { results } = await env.DB.prepare(
      "SELECT run, target, length(reply) > 1000 AS whole FROM outbox WHERE run IN ('r_short', 'r_long') ORDER BY run DESC, target",
    ).all()
    expect(results).toEqual([
      { run: 'r_short', target: 0, whole: 1 },
      { run: 'r_short', target: 1, whole: 1 },
      { run: 'r_long', target: 0, whole: 0 },
      { run: 'r_long', target: 1, whole: 0 },
    ])
  })
})
