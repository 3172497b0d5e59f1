/** The log read a stretch at a time: nothing is missing between them, each is bounded, and each has the hashes that an export needs. */
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { merkle } from '../../cli/audit/hash.ts'
import { type AskD1, answersOf } from '../../cli/audit/source.ts'
import { type Limits, readRows, readStretch } from '../../cli/audit/stretch.ts'
import { maximalSubtrees } from '../../src/audit/subtree.ts'
import { hashOfSubtree, parseTile } from '../../src/audit/tile.ts'
import { exported, verified } from './export.kit.ts'
import { type TestEvent, TestLog } from './log.kit.ts'

/** More than 256 × 256: three levels of tiles. */
const LINES = 66_000
const ROTATED = [1_000, 4_096, 40_000]

let log: TestLog
let asked: number
let ask: AskD1
beforeAll(async () => {
  log = await TestLog.start()
  const fill = (to: number) => {
    const event = (i: number): TestEvent => ({ code: 'run.queued', details: { n: i } })
    log.append(Array.from({ length: to - log.last }, (_, i) => event(i)))
  }
  for (const to of ROTATED) {
    fill(to - 1)
    await log.rotate()
  }
  fill(LINES)
  await log.seal()
  ask = (statements) => {
    asked++
    return log.ask(statements)
  }
})

const numbers = (rows: readonly { readonly seq: number }[]) => rows.map(({ seq }) => seq)

describe('a stretch of the log', () => {
  it('begins where the last one ended, keeps its limits, and has every hash between its rows', async () => {
    const tiles = new Map<string, Uint8Array | null>()
    const [stored = []] = await answersOf(log.ask, ['SELECT level, n, hashes FROM audit_tiles'])
    for (const { level, n, hashes } of stored) tiles.set(`${level}/${n}`, parseTile(String(hashes)))
    const line = fc.oneof(fc.integer({ min: 1, max: LINES }), fc.integer({ min: 1, max: 600 }))
    const limits = fc.record({
      rows: fc.integer({ min: 1, max: 8 }),
      characters: fc.integer({ min: 1, max: 600 }),
      tiles: fc.integer({ min: 1, max: 4 }),
    })
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(line, { maxLength: 20 }), line, limits, async (chosen, first, limits: Limits) => {
        const wanted = chosen.sort((a, b) => a - b)
        const found: number[] = []
        for (let covered = first - 1; covered < LINES; ) {
          const stretch = await readStretch(log.ask, covered, LINES, `seq IN (${wanted.join()})`, limits)
          const { rows, to, checkpoints, hashOf } = stretch
          expect(to).toBeGreaterThan(covered)
          expect(rows.length).toBeLessThanOrEqual(limits.rows)
          expect(rows.slice(0, -1).reduce((sum, { event }) => sum + event.length, 0)).toBeLessThan(limits.characters)
          expect(new Set(rows.map(({ seq }) => (seq - 1) >> 8)).size).toBeLessThanOrEqual(limits.tiles)
          const cuts = checkpoints.flatMap(({ size, rotation }) => (rotation ? [size] : []))
          expect(cuts).toEqual(ROTATED.filter((size) => size > covered && size <= to))
          const edges = [covered, ...rows.flatMap(({ seq }) => [seq - 1, seq]), ...cuts, to].sort((a, b) => a - b)
          for (const [i, end] of edges.entries())
            for (const { level, index } of maximalSubtrees(edges[i - 1] ?? end, end))
              expect(hashOf({ level, index })).toEqual(
                hashOfSubtree(merkle, level, index, (row, n) => tiles.get(`${row}/${n}`) ?? null),
              )
          found.push(...numbers(rows))
          covered = to
        }
        expect(found).toEqual(wanted.filter((seq) => seq >= first))
      }),
      { numRuns: 200 },
    )
  })

  it('has 10,000 rows, and 10,001 are two stretches', async () => {
    expect(await readRows(log.ask, 0, 10_000, 'true')).toMatchObject({ to: 10_000, rows: { length: 10_000 } })
    const { rows, to } = await readRows(log.ask, 0, 10_001, 'true')
    expect([rows.length, to]).toEqual([10_000, 10_000])
    expect(numbers((await readRows(log.ask, to, 10_001, 'true')).rows)).toEqual([10_001])
  })

  it('goes to the end where there is no row at all', async () => {
    expect(await readRows(log.ask, 5, 70, 'false')).toEqual({ rows: [], to: 70 })
  })
})

describe('an export', () => {
  it('asks D1 once for each stretch, the first time for where the log stands as well', async () => {
    const lines = async (filter: Record<string, string>) => {
      asked = 0
      const text = await exported(log, filter, { ask })
      expect(await verified(text, log.key)).toMatchObject({ code: 0 })
      return text.match(/"seq":/g)?.length
    }
    expect([await lines({}), asked]).toEqual([LINES, Math.ceil(LINES / 10_000)])
    expect([await lines({ code: 'run.succeeded' }), asked]).toEqual([1 + ROTATED.length, 1])
  })
})
