/** The tamper experiments on the stored log: somebody with access to D1 changes it past Pawl, and every export shows it. */
import { beforeAll, describe, expect, it } from 'vitest'
import { flatLine, leafOf, readFlatLine } from '../../cli/audit/flat-line.ts'
import { canonical } from '../../src/audit/canonical.ts'
import { formatTile, parseTile } from '../../src/audit/tile.ts'
import { exported, verified } from './export.kit.ts'
import { randomOf, TestLog, workday } from './log.kit.ts'

const TIMES = 100
const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31))
console.log(`SEED=${SEED}`)

const random = randomOf(SEED)
const below = (n: number) => Math.floor(random() * n)

let log: TestLog
beforeAll(async () => {
  log = await TestLog.start()
  const events = workday(30, randomOf(SEED))
  for (let at = 0; at < events.length; at += 24) {
    log.append(events.slice(at, at + 24))
    await log.seal()
  }
  log.dropTriggers()
})

/** Changes the database a hundred times, each time from the beginning; an export shows it, and verifying names the line. */
async function always(change: (seq: number) => number | null): Promise<void> {
  for (let i = 0; i < TIMES; i++) {
    log.database.exec('BEGIN')
    try {
      const named = change(1 + below(log.size))
      const told = await verified(await exported(log), log.key)
      expect(told).toMatchObject({ code: 1 })
      if (named !== null) expect(told.says).toMatch(new RegExp(`line ${named} of the log`))
    } finally {
      log.database.exec('ROLLBACK')
    }
  }
}

const run = (sql: string, ...values: (string | number)[]) => log.database.prepare(sql).run(...values)
const rowOf = (seq: number) => {
  const [row] = log.rows('seq = ?', seq)
  if (!row) throw new Error(`there is no row ${seq}`)
  return row
}
const withWords = () => {
  const rows = log.rows('personal IS NOT NULL')
  return rows[below(rows.length)]?.seq ?? 0
}

describe('a change of the stored log is found, and the line named, when', () => {
  it('a row is edited', () =>
    always((seq) => {
      const fields = { ...JSON.parse(rowOf(seq).event), outcome: 'failed', extra: 1 }
      run('UPDATE audit SET event = ? WHERE seq = ?', canonical(fields), seq)
      return seq
    }))

  it('words of people are edited', () =>
    always(() => {
      const seq = withWords()
      run(`UPDATE audit SET personal = '{"line":"rm -rf"}' WHERE seq = ?`, seq)
      return seq
    }))

  it('a salt is edited', () =>
    always(() => {
      const seq = withWords()
      run('UPDATE audit SET salt = lower(hex(randomblob(16))) WHERE seq = ?', seq)
      return seq
    }))

  it('words of people are gone, and nothing says that they were erased', () =>
    always(() => {
      const seq = withWords()
      const { personal } = JSON.parse(flatLine(rowOf(seq), null) ?? '{}')
      run('UPDATE audit SET personal = NULL, salt = NULL, erased = ? WHERE seq = ?', personal, seq)
      return seq
    }))

  it('a row is deleted', () =>
    always((seq) => {
      run('DELETE FROM audit WHERE seq = ?', seq)
      // The first one might have been pruned: then the file says nothing of it, and that is what is found.
      return seq === 1 ? null : seq
    }))

  it('a row is deleted and the others are given new numbers', () =>
    always((seq) => {
      run('DELETE FROM audit WHERE seq = ?', seq)
      run('UPDATE audit SET seq = -seq WHERE seq > ?', seq)
      run('UPDATE audit SET seq = -seq - 1 WHERE seq < 0')
      return seq
    }))

  it('a row is inserted and the others are given new numbers', () =>
    always((seq) => {
      run('UPDATE audit SET seq = -seq WHERE seq >= ?', seq)
      run('UPDATE audit SET seq = 1 - seq WHERE seq < 0')
      run(`INSERT INTO audit (seq, at, code, event) VALUES (?, 0, 'run.woken', '{"code":"run.woken","v":2}')`, seq)
      return seq
    }))

  it('two rows are swapped', () =>
    always((one) => {
      const other = 1 + ((one + below(log.size - 1)) % log.size)
      run('UPDATE audit SET seq = 0 WHERE seq = ?', one)
      run('UPDATE audit SET seq = ? WHERE seq = ?', one, other)
      run('UPDATE audit SET seq = ? WHERE seq = 0', other)
      return Math.min(one, other)
    }))

  it('the first rows are pruned, and no event says so', () =>
    always((seq) => {
      const to = Math.min(seq, log.size - 1)
      run('UPDATE audit_bounds SET pruned_to = ?', to)
      run('DELETE FROM audit WHERE seq <= ?', to)
      return null
    }))

  it('a row and its hash in the tree are edited: the lines between two checkpoints are named', () =>
    always((seq) => {
      const fields = { ...JSON.parse(rowOf(seq).event), extra: 1 }
      run('UPDATE audit SET event = ? WHERE seq = ?', canonical(fields), seq)
      const n = Math.floor((seq - 1) / 256)
      const [tile] = log.database.prepare('SELECT hashes FROM audit_tiles WHERE level = 0 AND n = ?').all(n)
      const hashes = parseTile(String(tile?.hashes))
      const line = readFlatLine(JSON.parse(flatLine(rowOf(seq), null) ?? '{}'), canonical)
      if (!hashes || !line.ok) throw new Error('the log of the test is broken')
      hashes.set(leafOf(line.value), ((seq - 1) % 256) * 32)
      run('UPDATE audit_tiles SET hashes = ? WHERE level = 0 AND n = ?', formatTile(hashes), n)
      return null
    }))

  it('a checkpoint is edited', () =>
    always(() => {
      const sizes = [...log.notes.keys()]
      const size = sizes[below(sizes.length)] ?? 0
      run("UPDATE checkpoints SET note = replace(note, 'time 2026', 'time 2025') WHERE size = ?", log.size)
      run('DELETE FROM checkpoints WHERE size = ? AND size < ?', size, log.size)
      return null
    }))
})

describe('a log that was put back to an earlier state', () => {
  it('is found by a checkpoint that was kept since, and by nothing else', async () => {
    const notes = [...log.notes]
    for (let i = 0; i < TIMES; i++) {
      const earlier = below(notes.length - 1)
      const later = earlier + 1 + below(notes.length - earlier - 1)
      const [size = 0] = notes[earlier] ?? []
      const [, note = ''] = notes[later] ?? []
      log.database.exec('BEGIN')
      try {
        run('DELETE FROM audit WHERE seq > ?', size)
        run('DELETE FROM checkpoints WHERE size > ?', size)
        const text = await exported(log)
        expect(await verified(text, log.key)).toMatchObject({ code: 0 })
        expect(await verified(text, log.key, [note])).toMatchObject({
          code: 1,
          says: expect.stringMatching(/its end was cut off/),
        })
      } finally {
        log.database.exec('ROLLBACK')
      }
    }
  })
})

describe('a log with two histories', () => {
  it('is found by a checkpoint that was kept of the other one, and by two kept ones alone', async () => {
    const other = log.fork()
    log.append(workday(12, randomOf(SEED + 1)))
    other.append(workday(12, randomOf(SEED + 2)))
    const shared = [...log.notes.values()]
    const [ours, theirs] = [await log.seal(), await other.seal()]
    const text = await exported(log)
    expect(await verified(text, log.key, [...shared, ours])).toMatchObject({ code: 0 })
    expect(await verified(text, log.key, [...shared, theirs])).toMatchObject({
      code: 1,
      says: expect.stringMatching(/another history/),
    })
    expect(await verified(await exported(other), log.key, [ours])).toMatchObject({ code: 1 })
    expect(await verified(text, log.key, [theirs, ours])).toMatchObject({ code: 1 })
    expect(await verified([text, await exported(other)], log.key)).toMatchObject({
      code: 1,
      says: expect.stringMatching(/two histories/),
    })
    log.append(workday(1, randomOf(SEED + 3)))
    await log.seal()
    // A filter hides the place of the kept checkpoint: then it is not said.
    const filtered = await exported(log, { run: 'r_0000000000000001' })
    expect(await verified(filtered, log.key, [ours])).toMatchObject({
      code: 2,
      says: expect.stringMatching(/export without a filter/),
    })
  })

  it('is found when all of it was signed again with another key', async () => {
    const swapped = log.fork()
    await swapped.signAgain()
    const text = await exported(swapped)
    expect(await verified(text, swapped.key)).toMatchObject({ code: 0 })
    expect(await verified(text, log.key)).toMatchObject({ code: 1, says: expect.stringMatching(/another key/) })
    expect(await verified(text, swapped.key, [...log.notes.values()])).toMatchObject({ code: 2 })
    const other = await TestLog.start('pawl/11111111')
    other.append(workday(1, random))
    await other.seal()
    expect(await verified(text, other.key)).toMatchObject({ code: 2 })
    expect(await verified(await exported(other), other.key, [...log.notes.values()])).toMatchObject({ code: 1 })
  })

  it('is said to agree with itself, and no more, without a key', async () => {
    expect(await verified(await exported(log), null)).toMatchObject({ code: 2, says: expect.stringMatching(/no key/) })
  })
})
