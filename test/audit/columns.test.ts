/** The columns of a row that no seal covers: `audit export` compares them with the event, which is sealed. */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { exportAudit } from '../../cli/audit/export.ts'
import { executeD1, queryAllD1 } from '../../cli/d1.ts'
import { exported, fileOf, verified } from './export.kit.ts'
import { randomOf, TestLog, workday } from './log.kit.ts'

// In place of wrangler: the command line asks the test's log.
vi.mock(import('../../cli/d1.ts'), async (original) => ({
  ...(await original()),
  queryAllD1: vi.fn(),
  executeD1: vi.fn(),
}))

const told: string[] = []
let log: TestLog
let before: string

beforeAll(async () => {
  vi.spyOn(console, 'error').mockImplementation((text: string) => void told.push(text))
  log = await TestLog.start()
  log.append(workday(5, randomOf(1)))
  await log.seal()
  before = await exported(log)
  log.dropTriggers()
})
beforeEach(() => {
  told.length = 0
  vi.mocked(queryAllD1).mockImplementation((statements) => log.ask(statements) as ReturnType<typeof queryAllD1>)
  vi.mocked(executeD1).mockResolvedValue({ ok: true })
})
afterAll(() => void vi.restoreAllMocks())

/** Exports after a change of the database, which is taken back. */
async function exportAfter(sql: string, ...args: string[]): Promise<{ readonly code: number; readonly text: string }> {
  const file = fileOf('').replace(/\.jsonl$/, '.out')
  log.database.exec('BEGIN')
  try {
    log.database.exec(sql)
    const code = await exportAudit(['--out', file, ...args])
    return { code, text: readFileSync(file, 'utf8') }
  } finally {
    log.database.exec('ROLLBACK')
  }
}

/** Without its first line, which has the time, and its last, which has the digest over that. */
const body = (text: string) => text.trimEnd().split('\n').slice(1, -1)

describe('audit export', () => {
  it.each([[[]], [['--code', 'run.succeeded']], [['--format', 'csv']]])(
    'exits with 1 and counts the sealed lines that are gone from D1, with %j',
    async (args) => {
      const { code } = await exportAfter('DELETE FROM audit WHERE seq IN (4, 5)', ...args)
      expect(code).toBe(1)
      expect(told.at(-1)).toMatch(/^2 sealed lines are not in D1 any more/)
    },
  )

  it('exits with 0 and says nothing when each column is what the event says', async () => {
    const { code, text } = await exportAfter('')
    expect({ code, told }).toEqual({ code: 0, told: [] })
    expect(body(text)).toEqual(body(before))
  })

  it.each([
    ['at', 'UPDATE audit SET at = at + 1 WHERE seq = 5', /^Line 5: the column at in D1 was changed\./],
    ['code', "UPDATE audit SET code = 'run.woken' WHERE seq = 5", /^Line 5: the column code in D1 was changed\./],
    [
      'run',
      'UPDATE audit SET run = NULL WHERE seq BETWEEN 3 AND 5',
      /^Lines 3 to 5: the column run in D1 was changed\./,
    ],
    ['run', "UPDATE audit SET run = 'r_0' WHERE seq = 1", /^Line 1: the column run in D1 was changed\./],
  ])('has what is sealed, names the line and exits with 1 when %s is not what the event says', async (_, sql, says) => {
    const { code, text } = await exportAfter(sql)
    expect({ code, told }).toEqual({ code: 1, told: [expect.stringMatching(says)] })
    expect(body(text)).toEqual(body(before))
    expect(await verified(text, log.key)).toMatchObject({ code: 0 })
  })

  it('says so of what is not sealed yet, of a filtered export, and of one that is only for reading', async () => {
    const change = "UPDATE audit SET at = 0 WHERE code = 'run.running'"
    expect(await exportAfter(change, '--code', 'run.running')).toMatchObject({ code: 1 })
    expect(told).toHaveLength(5)
    told.length = 0
    expect(await exportAfter(change, '--format', 'csv')).toMatchObject({ code: 1 })
    expect(told).toHaveLength(1 + 5)
    told.length = 0
    log.append([{ code: 'run.woken' }])
    const unsealed = `UPDATE audit SET at = 0 WHERE seq = ${log.size + 1}`
    expect(await exportAfter(unsealed)).toMatchObject({ code: 0 })
    expect(await exportAfter(unsealed, '--unsealed')).toMatchObject({ code: 1 })
  })

  it('tells of each column of a line, and passes over an event that nobody can read', async () => {
    await exportAfter("UPDATE audit SET at = 0, code = 'x', run = 'x' WHERE seq = 2")
    expect(told.map((line) => /the column (\w+)/.exec(line)?.[1])).toEqual(['at', 'code', 'run'])
    told.length = 0
    await exportAfter("UPDATE audit SET event = '[]' WHERE seq = 2")
    expect(told).toEqual([
      expect.stringMatching(/^Lines 2 to 2 are sealed, and are not in D1 any more or cannot be read/),
    ])
  })
})
