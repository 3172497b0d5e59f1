/** What the database itself refuses around the log, whoever asks. */
import { env } from 'cloudflare:test'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Page, type SealableRow, selectSealable } from '../../src/db/checkpoints.ts'
import { openDatabase } from '../../src/db/database.ts'
import { rowsOf, seal, tamper, write } from './ledger.kit.ts'

const run = (sql: string) => env.DB.prepare(sql).run()
const COMMITMENT = 'a'.repeat(64)

// Rows 1, 4 and 7 hold words of people; row 10 is log.started; 11 and 12 are not sealed.
beforeAll(async () => {
  await write(9)
  await seal()
  await write(2)
})

describe('a row of the audit log', () => {
  it.each([
    ['its event', `UPDATE audit SET event = '{}' WHERE seq = 2`],
    ['its time', 'UPDATE audit SET at = 1 WHERE seq = 2'],
    ['its run', `UPDATE audit SET run = 'r_2' WHERE seq = 2`],
    ['its number', 'UPDATE audit SET seq = 99 WHERE seq = 2'],
    ['its words', `UPDATE audit SET personal = '{}' WHERE seq = 1`],
    ['its salt', 'UPDATE audit SET salt = lower(hex(randomblob(16))) WHERE seq = 1'],
    ['its words, without a commitment', 'UPDATE audit SET personal = NULL, salt = NULL WHERE seq = 1'],
    [
      'its words, and its event with them',
      `UPDATE audit SET personal = NULL, salt = NULL, erased = '${COMMITMENT}', event = '{}' WHERE seq = 1`,
    ],
    ['a commitment where there were no words', `UPDATE audit SET erased = '${COMMITMENT}' WHERE seq = 2`],
  ])('is never changed: %s', async (_, sql) => {
    await expect(run(sql)).rejects.toThrow('append-only')
  })

  it.each([
    [63, 'a'],
    [65, 'a'],
    [64, 'A'],
    [64, 'g'],
  ])('is not erased with a commitment of %i times %s', async (length, digit) => {
    const erased = digit.repeat(length)
    await expect(
      run(`UPDATE audit SET personal = NULL, salt = NULL, erased = '${erased}' WHERE seq = 4`),
    ).rejects.toThrow('CHECK constraint failed')
  })

  it('is erased once, and for good', async () => {
    await run(`UPDATE audit SET personal = NULL, salt = NULL, erased = '${COMMITMENT}' WHERE seq = 7`)
    await expect(run(`UPDATE audit SET erased = '${'b'.repeat(64)}' WHERE seq = 7`)).rejects.toThrow('append-only')
    await expect(
      run(`UPDATE audit SET personal = '{}', salt = lower(hex(randomblob(16))), erased = NULL WHERE seq = 7`),
    ).rejects.toThrow('append-only')
  })

  it.each([
    [
      'in the place of another one',
      `INSERT OR REPLACE INTO audit (seq, at, code, event) VALUES (2, 0, 'x', '{}')`,
      'append-only',
    ],
    ['behind a gap', `INSERT INTO audit (seq, at, code, event) VALUES (14, 0, 'x', '{}')`, 'no gaps'],
    ['before the first', `INSERT INTO audit (seq, at, code, event) VALUES (0, 0, 'x', '{}')`, 'no gaps'],
    ['with words and no salt', `INSERT INTO audit (at, code, event, personal) VALUES (0, 'x', '{}', '{}')`, 'CHECK'],
    [
      'with a salt of 31 digits',
      `INSERT INTO audit (at, code, event, personal, salt) VALUES (0, 'x', '{}', '{}', '${'a'.repeat(31)}')`,
      'CHECK',
    ],
  ])('is not written %s', async (_, sql, message) => {
    await expect(run(sql)).rejects.toThrow(message)
  })

  it('is deleted only as far as the log was pruned, which is below the last sealed row', async () => {
    await expect(run('DELETE FROM audit WHERE seq = 1')).rejects.toThrow('append-only')
    await expect(run('UPDATE audit_bounds SET pruned_to = 10')).rejects.toThrow('never the last')
    await run('UPDATE audit_bounds SET pruned_to = 3')
    await run('DELETE FROM audit WHERE seq <= 3')
    await expect(run('DELETE FROM audit WHERE seq = 4')).rejects.toThrow('append-only')
    await expect(run('UPDATE audit_bounds SET pruned_to = 2')).rejects.toThrow('never the last')
    await expect(run(`INSERT INTO audit (seq, at, code, event) VALUES (3, 0, 'x', '{}')`)).rejects.toThrow('no gaps')
    await expect(run('DELETE FROM audit_bounds')).rejects.toThrow('stay')
    await expect(run('INSERT OR REPLACE INTO audit_bounds (id, pruned_to) VALUES (1, 0)')).rejects.toThrow('stay')
    await run('UPDATE audit_bounds SET pruned_to = 9')
    await run('DELETE FROM audit WHERE seq <= 9')
    expect(await seal()).toEqual({ ok: true, size: 12, sealed: 2 })
  })
})

describe('a page of rows to seal', () => {
  const page = async (from: number, limits: Page) =>
    (await selectSealable(openDatabase(env.DB), from, limits).all<SealableRow>()).results.map(({ seq }) => seq)

  it('ends with the row that fills it, and always has one', async () => {
    // Row 11 has words, row 12 has none.
    const [{ characters } = {}] = await rowsOf(
      'SELECT length(event) + length(personal) AS characters FROM audit WHERE seq = 11',
    )
    expect(await page(11, { rows: 10, characters: Number(characters) })).toEqual([11])
    expect(await page(11, { rows: 10, characters: Number(characters) + 1 })).toEqual([11, 12])
    expect(await page(11, { rows: 1, characters: 10_000 })).toEqual([11])
    expect(await page(11, { rows: 10, characters: 1 })).toEqual([11])
    expect(await page(13, { rows: 10, characters: 10_000 })).toEqual([])
  })
})

describe('a checkpoint', () => {
  it('stays as it was signed', async () => {
    await expect(run(`UPDATE checkpoints SET note = 'x'`)).rejects.toThrow('as it was signed')
    await expect(run('DELETE FROM checkpoints')).rejects.toThrow('as it was signed')
    await expect(run(`INSERT OR REPLACE INTO checkpoints VALUES (10, 0, 'x')`)).rejects.toThrow('as it was signed')
    await expect(run(`INSERT INTO checkpoints VALUES (0, 0, 'x')`)).rejects.toThrow(/CHECK|covers more/)
  })

  it('covers more lines than the one before it, and none that is not there', async () => {
    const sizes = (await rowsOf('SELECT size FROM checkpoints ORDER BY size')).map(({ size }) => size)
    expect(sizes).toEqual([10, 12])
    for (const size of [9, 11, 13, 99])
      await expect(run(`INSERT INTO checkpoints VALUES (${size}, 0, 'x')`)).rejects.toThrow('covers more lines')
  })
})

describe('a tile', () => {
  it('only grows at its end', async () => {
    const [{ hashes } = {}] = await rowsOf('SELECT hashes FROM audit_tiles WHERE level = 0 AND n = 0')
    const text = String(hashes)
    const change = (to: string) => run(`UPDATE audit_tiles SET hashes = '${to}' WHERE level = 0 AND n = 0`)
    const replace = (to: string) => run(`INSERT OR REPLACE INTO audit_tiles VALUES (0, 0, '${to}')`)
    const other = text.startsWith('A') ? 'B' : 'A'
    for (const put of [change, replace]) {
      await expect(put(text.slice(0, -4))).rejects.toThrow('only grows')
      await expect(put(other + text.slice(1))).rejects.toThrow('only grows')
      await put(text)
    }
    await expect(run('DELETE FROM audit_tiles')).rejects.toThrow('only grows')
    await expect(run('UPDATE audit_tiles SET n = 5')).rejects.toThrow('only grows')
  })

  it('has no more hashes than lines are sealed, and no place behind them', async () => {
    // 12 lines are sealed, whatever else there is.
    await write(300)
    const hashes = (count: number) => Buffer.alloc(32 * count, 7).toString('base64')
    const [{ own } = {}] = await rowsOf('SELECT hashes AS own FROM audit_tiles')
    const longer = Buffer.concat([Buffer.from(String(own), 'base64'), Buffer.alloc(32, 7)]).toString('base64')
    const insert = (level: number, n: number, text: string) =>
      run(`INSERT INTO audit_tiles VALUES (${level}, ${n}, '${text}')`)
    await expect(run(`UPDATE audit_tiles SET hashes = '${longer}'`)).rejects.toThrow('only grows')
    await expect(run(`INSERT OR REPLACE INTO audit_tiles VALUES (0, 0, '${longer}')`)).rejects.toThrow('only grows')
    for (const [level, n] of [
      [0, 1],
      [1, 0],
      [0, -1],
      [-1, 0],
      [7, 0],
      [99, 0],
      [0, 2 ** 52],
    ] as const)
      await expect(insert(level, n, hashes(1))).rejects.toThrow('only grows')
    expect(await seal()).toMatchObject({ ok: true, size: 312 })
    for (const [level, n, count] of [
      [0, 1, 57],
      [0, 2, 1],
      [1, 0, 2],
      [1, 1, 1],
      [2, 0, 1],
    ] as const)
      await expect(insert(level, n, hashes(count))).rejects.toThrow('only grows')
  })
})

describe('without the triggers', () => {
  it('everything above could be done, so that the tests above show what they are for', async () => {
    await tamper(`UPDATE audit SET event = '{}' WHERE seq = 10`, 'DELETE FROM audit WHERE seq = 10')
    expect(await rowsOf('SELECT seq FROM audit WHERE seq = 10')).toEqual([])
  })
})
