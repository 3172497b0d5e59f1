/** Where a search of the log begins and how far it goes, against a log of known times in real D1; and what its statements cost. */
import { env } from 'cloudflare:test'
import { describe, expect, it } from 'vitest'
import { isBefore, type LinesQuery, selectLines, selectWindow, type WindowRow } from '../../src/db/audit-read.ts'
import { openDatabase } from '../../src/db/database.ts'
import { type PastQuery, selectPastExtent, selectPastLines } from '../../src/db/history.ts'

const db = openDatabase(env.DB)
const HOUR = 3_600_000
const MINUTE = 60_000
const LINES = 101
/** Line n was written at hour n. */
const timeOf = (seq: number) => seq * HOUR

const windowOf = async (query: Parameters<typeof selectWindow>[1] = {}) => {
  const row = await selectWindow(db, query).first<WindowRow>()
  if (!row) throw new Error('no window')
  return row
}

describe('the window of a search', () => {
  it('is empty over an empty log', async () => {
    expect(await windowOf({ before: 5, until: 5 })).toEqual({
      first: 1,
      top: 0,
      bottom: 1,
      bottom_at: null,
      pruned_to: 0,
    })
  })

  it('ends with the newest line, or before the one that is named', async () => {
    await env.DB.prepare(
      `WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ${LINES})
       INSERT INTO audit (at, code, event) SELECT n * ${HOUR}, 'run.queued', '{"v":2}' FROM n`,
    ).run()
    expect(await windowOf()).toEqual({ first: 1, top: LINES, bottom: 1, bottom_at: timeOf(1), pruned_to: 0 })
    for (const [before, top] of [
      [1, 0],
      [2, 1],
      [50, 49],
      [LINES, LINES - 1],
      [LINES + 1, LINES],
      [LINES + 2, LINES],
    ] as const)
      expect([before, (await windowOf({ before })).top]).toEqual([before, top])
  })

  it('ends with the last line that may be older than a time, five minutes allowed', async () => {
    for (let seq = 1; seq <= LINES; seq++) {
      expect((await windowOf({ until: timeOf(seq) - 5 * MINUTE })).top).toBe(seq - 1)
      expect((await windowOf({ until: timeOf(seq) - 5 * MINUTE + 1 })).top).toBe(seq)
    }
    expect((await windowOf({ until: timeOf(50), before: 20 })).top).toBe(19)
    expect((await windowOf({ until: timeOf(20), before: 50 })).top).toBe(20)
    expect((await windowOf({ until: 0 })).top).toBe(0)
  })

  it('goes on where the log was pruned', async () => {
    await env.DB.batch([
      env.DB.prepare("INSERT INTO checkpoints (size, at, note) VALUES (?, 0, 'n')").bind(LINES),
      env.DB.prepare('UPDATE audit_bounds SET pruned_to = 30'),
      env.DB.prepare('DELETE FROM audit WHERE seq <= 30'),
    ])
    expect(await windowOf()).toEqual({ first: 31, top: LINES, bottom: 31, bottom_at: timeOf(31), pruned_to: 30 })
    expect(await windowOf({ before: 31 })).toMatchObject({ first: 31, top: 30 })
    expect(await windowOf({ before: 5 })).toMatchObject({ first: 31, top: 30 })
    expect((await windowOf({ until: timeOf(40) })).top).toBe(40)
    expect((await windowOf({ until: timeOf(3) })).top).toBe(30)
  })

  it('has nothing older to find once a line is older than what is asked for, five minutes allowed', () => {
    expect(isBefore(timeOf(2), timeOf(2) - 5 * MINUTE)).toBe(false)
    expect(isBefore(timeOf(2), timeOf(2) - 5 * MINUTE - 1)).toBe(true)
    expect(isBefore(undefined, 0)).toBe(false)
    expect(isBefore(timeOf(2), null)).toBe(false)
  })
})

describe('what the statements cost', () => {
  const asked: LinesQuery = {
    ...{ filter: {}, accounts: null, words: [], except: null, from: 40, top: 60, limit: 100 },
  }
  const readBy = async (statement: D1PreparedStatement) => (await statement.all()).meta.rows_read

  it('a filter reads the lines of its window and no more', async () => {
    const filter = { code: 'run.denied', outcome: 'denied', since: 1, until: Number.MAX_SAFE_INTEGER }
    expect(await readBy(selectLines(db, { ...asked, filter, words: ['nowhere'] }))).toBeLessThanOrEqual(22)
    expect(await readBy(selectLines(db, { ...asked, filter: { command: 'deploy' } }))).toBeLessThanOrEqual(44)
    expect(
      await readBy(selectLines(db, { ...asked, from: 31, filter: { run: 'r_0123456789abcdef' } })),
    ).toBeLessThanOrEqual(3)
  })

  it('finding the window reads a few lines of a long log', async () => {
    expect(await readBy(selectWindow(db, { until: timeOf(77) }))).toBeLessThan(60)
  })

  it('past lines are found along the log, the newest first', async () => {
    const query: PastQuery = {
      ...{ actor: { platform: 'slack', workspace: 'T1', id: 'U1' }, room: 'C1', except: 'r_1', words: ['a'] },
      ...{ command: null, accounts: null, succeeded: false, before: null },
    }
    const seen: string[] = []
    const spied = {
      ...db,
      prepare: (sql: string) => {
        seen.push(sql)
        return db.prepare(sql)
      },
    } as typeof db
    selectPastLines(spied, query)
    selectPastExtent(spied, null)
    for (const sql of seen) {
      const marks = Math.max(...[...sql.matchAll(/\?(\d+)/g)].map(([, n]) => Number(n)))
      const { results } = await env.DB.prepare(`EXPLAIN QUERY PLAN ${sql}`)
        .bind(...Array.from({ length: marks }, () => null))
        .all<{ detail: string }>()
      const plan = results.map(({ detail }) => detail).join('\n')
      expect(plan).toContain('SCAN a\n')
      expect(plan).not.toMatch(/SCAN (?:r|runs)\b|USE TEMP B-TREE FOR ORDER BY\n.*SCAN a/)
    }
  })
})
