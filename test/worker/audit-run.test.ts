/** The lines of one run are found without an index over all lines, however they were written; on real D1. */
import { env } from 'cloudflare:test'
import fc from 'fast-check'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { type AuditEvent, auditEvent } from '../../src/audit/event.ts'
import { appendAudit } from '../../src/db/audit.ts'
import { selectLines, selectNeighbours } from '../../src/db/audit-read.ts'
import { appendLinked, isOfRun } from '../../src/db/audit-run.ts'
import { recordChange } from '../../src/db/change.ts'
import { openDatabase } from '../../src/db/database.ts'
import { selectErasableLines } from '../../src/db/erase.ts'
import { selectWholeStory } from '../../src/db/history.ts'
import { selectAuditSpan, selectStory } from '../../src/db/run-story.ts'
import { insertRun } from '../../src/db/runs.ts'
import { openWorld, type World } from './world.ts'
import { countWritten } from './written.ts'

const db = openDatabase(env.DB)
let tokens = 0
const token = () => `c${++tokens}`
const withWords = (run: string) => auditEvent(0, 'lock.broken', null, { run, reason_text: 'words' })
const event = (run: string, note = '') => auditEvent(0, 'lock.waiting', null, { run, lock: note })

async function admit(run: string, digest = 'd', change = token()): Promise<void> {
  const row = { id: run, digest, change, source: 's', platform: 'slack', workspace: 'T1', actor: 'U1', channel: '{}' }
  const kind = { command: 'x', effects: 'write', mode: 'job', retry: 'safe', history: 'part', line: 'x' } as const
  const about = { run, by_run: 'r_none' }
  await db.batch([
    insertRun(db, { ...row, ...kind, due_at: null, address: null, created_at: 0, lines: 1 }),
    appendLinked(db, { run, change }, [
      auditEvent(0, 'run.admitted', null, about),
      auditEvent(0, 'run.repeated', null, { run: 'r_other' }),
    ]),
  ])
  const kept = await env.DB.prepare('SELECT change, digest FROM runs WHERE id = ?')
    .bind(run)
    .first<{ change: string; digest: string }>()
  if (kept?.change !== change)
    await alone([auditEvent(0, kept?.digest === digest ? 'delivery.duplicate' : 'delivery.altered', null, about)])
}

/** One change that stays where it is: to `queued` first, then from there. */
async function change(run: string, events: readonly AuditEvent[], attempt = 0): Promise<boolean> {
  const transition = { run, change: token(), from: ['accepted', 'queued'], to: 'queued', attempt } as const
  const [update] = await db.batch(recordChange(db, transition, events))
  return update?.meta.changes === 1
}

const alone = (events: readonly AuditEvent[]) => appendAudit(db, { when: 'always' }, events).run()

async function seqs(sql: string, run: string): Promise<number[]> {
  const { results } = await env.DB.prepare(sql).bind(run).all<{ seq: number }>()
  return results.map(({ seq }) => seq)
}
const found = (run: string) => seqs(`SELECT seq FROM audit WHERE ${isOfRun('?1')} ORDER BY seq`, run)
/** Those that there are, by the column alone. */
const all = (run: string) => seqs('SELECT seq FROM audit WHERE run = ?1 ORDER BY seq', run)
const loose = (run: string) => seqs('SELECT seq FROM audit WHERE run = ?1 AND previous IS NULL ORDER BY seq', run)

describe('the lines of a run', () => {
  it('are found, all of them and no other, whatever was written between them and in which order', async () => {
    const runs = ['a', 'b', 'c'] as const
    const whose = fc.constantFrom(...runs)
    const step = fc.oneof(
      fc.record({ kind: fc.constant('change' as const), run: whose, of: fc.array(whose, { maxLength: 5 }) }),
      fc.record({ kind: fc.constant('refused' as const), run: whose, of: fc.array(whose, { maxLength: 3 }) }),
      fc.record({ kind: fc.constant('alone' as const), run: whose, of: fc.array(whose, { maxLength: 3 }) }),
      fc.record({ kind: fc.constantFrom('duplicate' as const, 'altered' as const), run: whose, of: fc.constant([]) }),
    )
    let round = 0
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        round++
        const id = (run: string) => `r_${run}_${round}`
        for (const run of runs) await admit(id(run))
        for (const { kind, run, of } of steps) {
          const events = of.map((one) => event(id(one)))
          if (kind === 'change') expect(await change(id(run), events)).toBe(true)
          else if (kind === 'refused') expect(await change(id(run), events, 7)).toBe(false)
          else if (kind === 'alone') await alone(events)
          else await admit(id(run), kind === 'duplicate' ? 'd' : 'another')
        }
        for (const run of runs) expect([run, await found(id(run))]).toEqual([run, await all(id(run))])
      }),
      { numRuns: 25 },
    )
  })

  it('hang together over more than one list of events', async () => {
    await admit('r_long')
    const events = Array.from({ length: 60 }, (_, i) => event('r_long', `${i}${'x'.repeat(19_000)}`))
    expect(await change('r_long', events)).toBe(true)
    expect(await change('r_long', [event('r_long')])).toBe(true)
    expect(await loose('r_long')).toEqual([])
    expect(await found('r_long')).toHaveLength(62)
    expect(await found('r_long')).toEqual(await all('r_long'))
  })

  it('are still found behind those that were pruned', async () => {
    await admit('r_old')
    await change('r_old', [event('r_old'), event('r_old')])
    const lines = await all('r_old')
    await alone([event('r_old')])
    await change('r_old', [event('r_old')])
    const size = (await env.DB.prepare('SELECT max(seq) AS last FROM audit').first<number>('last')) ?? 0
    await env.DB.batch([
      env.DB.prepare("INSERT INTO checkpoints (size, at, note) VALUES (?, 0, 'n')").bind(size),
      env.DB.prepare('UPDATE audit_bounds SET pruned_to = ?').bind(lines[1] ?? 0),
      env.DB.prepare('DELETE FROM audit WHERE seq <= ?').bind(lines[1] ?? 0),
    ])
    expect(await found('r_old')).toHaveLength(3)
    expect(await found('r_old')).toEqual(await all('r_old'))
  })

  it('are found where no run has such an id', async () => {
    await alone([event('r_unknown')])
    expect(await found('r_unknown')).toHaveLength(1)
    expect(await found('r_nowhere')).toEqual([])
  })

  it('do not lead to those of another run, even where somebody changed past Pawl where they lead to', async () => {
    await admit('r_one')
    await admit('r_two')
    await env.DB.prepare('UPDATE runs SET audit_last = ? WHERE id = ?')
      .bind((await all('r_one'))[0] ?? 0, 'r_two')
      .run()
    expect(await found('r_two')).toEqual([])
  })

  it('are still found behind one that was repaired and is of no run any more', async () => {
    await admit('r_mended')
    await change('r_mended', [event('r_mended'), event('r_mended')])
    const lines = await all('r_mended')
    const guard = await env.DB.prepare("SELECT sql FROM sqlite_schema WHERE name = 'audit_no_update'").first<string>(
      'sql',
    )
    await env.DB.batch([
      env.DB.prepare('DROP TRIGGER audit_no_update'),
      env.DB.prepare('UPDATE audit SET run = NULL WHERE seq = ?').bind(lines[1] ?? 0),
      env.DB.prepare(guard ?? ''),
    ])
    expect(await found('r_mended')).toEqual([lines[0], lines[2]])
  })

  it('lead backwards only', async () => {
    const line = (beyond: number) =>
      env.DB.prepare(
        "INSERT INTO audit (seq, at, code, run, event, previous) SELECT max(seq) + 1, 0, 'x', 'r_x', '{}', max(seq) + ? FROM audit",
      )
        .bind(beyond)
        .run()
    await expect(line(1)).rejects.toThrow('CHECK constraint failed')
    await line(0)
    const last = (await env.DB.prepare('SELECT max(seq) AS last FROM audit').first<number>('last')) ?? 0
    await expect(line(-last - 1)).rejects.toThrow('CHECK constraint failed')
    await line(-last)
  })
})

describe('what finding them costs', () => {
  const OTHERS = 2_000
  /** Its four lines, each found by what leads to it and then read, and its row; with room for one more step of each. */
  const ROWS_MAX = 40
  beforeAll(async () => {
    await admit('r_apart')
    await alone(Array.from({ length: OTHERS }, () => event('r_others')))
    await change('r_apart', [event('r_apart'), withWords('r_apart')])
    await alone([event('r_apart')])
    // Nothing is erased of a run that is under way.
    await env.DB.prepare("UPDATE runs SET ended_at = 1 WHERE id = 'r_apart'").run()
  })

  const asked = { accounts: null, words: [], except: null, from: 1, top: Number.MAX_SAFE_INTEGER, limit: 20 }
  const READINGS: readonly (readonly [string, (middle: number) => D1PreparedStatement])[] = [
    ['run show', () => selectStory(db, 'r_apart', 14)],
    ['how many there are', () => selectAuditSpan(db, 'r_apart')],
    ['history show', () => selectWholeStory(db, 'r_apart', 100)],
    ['audit list --run', () => selectLines(db, { ...asked, filter: { run: 'r_apart' } })],
    ['audit list --run with another filter', () => selectLines(db, { ...asked, filter: { run: 'r_apart', since: 0 } })],
    ['audit show, before a line', (middle) => selectNeighbours(db, middle, 'before', 3)],
    ['audit show, behind a line', (middle) => selectNeighbours(db, middle, 'behind', 3)],
    ['audit erase --run', () => selectErasableLines(db, { run: 'r_apart' }, 100)],
  ]

  it.each(READINGS)(
    'does not grow with the lines of others, without statistics and with them: %s',
    async (_, reading) => {
      const middle = (await all('r_apart'))[1] ?? 0
      for (const statistics of ['', 'ANALYZE']) {
        if (statistics !== '') await env.DB.exec(statistics)
        const { results, meta } = await reading(middle).all()
        expect(results.length).toBeGreaterThan(0)
        expect([statistics, meta.rows_read]).toEqual([statistics, Math.min(meta.rows_read, ROWS_MAX)])
      }
    },
  )
})

describe('what a command writes to D1, indexes included', () => {
  let world: World
  beforeAll(async () => {
    world = await openWorld()
    await world.hears('grace', '/pawl echo warm')
    await world.hears('ada', '/pawl sleep 1')
  })
  const written = async (person: string, line: string, command: string, last: string) => {
    const rows = countWritten()
    try {
      await world.hears(person, line)
      const run = String((await world.newestRun(command)).id)
      // What became of a job's answer is written behind it.
      await vi.waitFor(async () => expect((await world.auditOf(run)).at(-1)).toBe(last), { timeout: 5_000 })
      expect(await found(run)).toEqual(await all(run))
      expect(await loose(run)).toEqual([])
      return rows.count()
    } finally {
      rows.stop()
    }
  }

  it('is eight rows for a short one that reads: the run with three indexes, its end, a row for each line', async () => {
    expect(await written('grace', '/pawl echo counted', 'echo', 'run.succeeded')).toBeLessThanOrEqual(8)
  })

  it('is eight for one that is denied', async () => {
    expect(await written('grace', '/pawl user list', 'user:list', 'run.denied')).toBeLessThanOrEqual(8)
  })

  it('is twenty at most for a job with its answer', async () => {
    expect(await written('ada', '/pawl sleep 1', 'sleep', 'reply.delivered')).toBeLessThanOrEqual(20)
  })
})
