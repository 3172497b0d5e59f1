/** Which lines `audit list`, `audit search` and `audit export` find on the command line; the chat is held to the same table. */
import { beforeAll, describe, expect, it } from 'vitest'
import { filterOf } from '../../cli/audit/filter.ts'
import { readShown } from '../../cli/audit/shown.ts'
import { exported, verified } from './export.kit.ts'
import { FILTER_CASES, filterLog, LINES_IN_LOG, REFUSED_CASES, WORD_CASES } from './filter-cases.ts'
import { TestLog } from './log.kit.ts'

const NOW = Date.UTC(2026, 10, 22)
/** `log.started` stands before them. */
const numbersOf = (lines: readonly number[]) => lines.map((line) => line + 1)

let log: TestLog
beforeAll(async () => {
  log = await TestLog.start()
  for (const sql of filterLog()) log.database.exec(sql)
  await log.seal()
})

const shown = async (asked: Record<string, string>, words: readonly string[]) => {
  const filter = await filterOf(asked, words, NOW, log.ask)
  if (!filter.ok) throw new Error(filter.why)
  const lines = await readShown(log.ask, { filter: filter.value, before: LINES_IN_LOG + 2, limit: 100 })
  return lines.map(({ seq }) => seq).filter((seq) => seq > 1)
}

describe('the command line', () => {
  it.each(FILTER_CASES)('finds by %j the lines %j', async (asked, lines) => {
    expect(await shown(asked, [])).toEqual(numbersOf(lines))
  })

  it.each(FILTER_CASES)('exports by %j the lines %j, and those that tell of the log itself', async (asked, lines) => {
    const text = await exported(log, asked)
    expect([...text.matchAll(/"seq":(\d+)/g)].map(([, seq]) => Number(seq))).toEqual([1, ...numbersOf(lines)])
    const { filter } = JSON.parse(text.split('\n', 1)[0] ?? '')
    expect(Object.keys(filter ?? {})).toEqual(expect.arrayContaining(Object.keys(asked)))
    expect(await verified(text, log.key)).toMatchObject({ code: 0 })
  })

  it.each(WORD_CASES)('finds by the words %s the lines %j', async (words, lines) => {
    expect(await shown({}, words.split(' '))).toEqual(numbersOf(lines))
  })

  it.each(REFUSED_CASES)('refuses %j: %s', async (asked, why) => {
    await expect(shown(asked, [])).rejects.toThrow(why)
  })

  it('writes the accounts of a person into the header of an export', async () => {
    const [header = ''] = (await exported(log, { person: '@vera' })).split('\n', 1)
    expect(JSON.parse(header).filter).toEqual({ person: '@vera', accounts: ['discord:G1:U9', 'slack:T1:U1'] })
  })
})
