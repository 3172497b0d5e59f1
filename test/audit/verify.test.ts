/** What `audit verify` finds good, and what it cannot say. */
import { beforeAll, describe, expect, it } from 'vitest'
import { exportLog } from '../../cli/audit/export-log.ts'
import { readHead } from '../../cli/audit/source.ts'
import { archiveHeader } from '../../src/audit/archive-lines.ts'
import { endLine } from '../../src/audit/log-lines.ts'
import { exported, verified } from './export.kit.ts'
import { randomOf, TestLog, workday } from './log.kit.ts'

const INTACT = { code: 0, says: 'intact' }

/** A log of some hundred lines with a checkpoint after every 97. */
async function logOf(seed: number, runs = 150): Promise<TestLog> {
  const log = await TestLog.start()
  const events = workday(runs, randomOf(seed))
  for (let at = 0; at < events.length; at += 97) {
    log.append(events.slice(at, at + 97))
    await log.seal()
  }
  return log
}

const eventsIn = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { seq?: number; code?: string; run?: string; sealed?: false })
    .filter(({ seq }) => seq !== undefined)

describe('audit verify finds intact', () => {
  let log: TestLog
  let whole: string
  beforeAll(async () => {
    log = await logOf(1)
    whole = await exported(log)
  })

  it('a whole log', async () => {
    expect(eventsIn(whole)).toHaveLength(log.size)
    expect(await verified(whole, log.key)).toEqual(INTACT)
  })

  it.each([1, 2, 3, 255, 256, 257, 511, 513])('a log of %i lines', async (lines) => {
    const small = await TestLog.start()
    small.append(workday(200, randomOf(lines)).slice(0, lines - 1))
    await small.seal()
    expect(small.size).toBe(lines)
    expect(await verified(await exported(small), small.key)).toEqual(INTACT)
  })

  it('a log behind what npm prints when it is not told to be silent', async () => {
    expect(await verified(`\n> pawl@0.1.0 pawl\n> node cli/pawl.ts audit export\n\n${whole}`, log.key)).toEqual(INTACT)
  })

  it('every kept checkpoint', async () => {
    expect(log.notes.size).toBeGreaterThan(5)
    expect(await verified(whole, log.key, [...log.notes.values()])).toEqual(INTACT)
  })

  it('a kept checkpoint as a chat gives it', async () => {
    const [note = ''] = log.notes.values()
    expect(await verified(whole, log.key, [`\`\`\`\r\n${note.replaceAll('\n', '\r\n')}\`\`\`\n`])).toEqual(INTACT)
  })

  it.each([
    ['person', 'slack:T1:U1'],
    ['command', 'filter'],
    ['code', 'run.*'],
    ['run', 'r_0000000000000001'],
    ['outcome', 'lost'],
    ['since', '2026-11-21T10:03:00Z'],
    ['until', '2026-11-21T10:03:00Z'],
  ] as const)('a log filtered by %s %s', async (name, value) => {
    const text = await exported(log, { [name]: value })
    expect(eventsIn(text).length).toBeLessThan(log.size)
    expect(await verified(text, log.key)).toEqual(INTACT)
  })

  it('lines that are not sealed yet, and counts them apart', async () => {
    const busy = await logOf(2, 10)
    busy.append(workday(2, randomOf(3)))
    const text = await exported(busy, {}, { unsealed: true })
    expect(eventsIn(text).filter(({ sealed }) => sealed === false)).toHaveLength(8)
    expect(text.trimEnd().split('\n').at(-1)).toContain('"unsealed":8')
    expect(await verified(text, busy.key)).toEqual(INTACT)
    expect(eventsIn(await exported(busy))).toHaveLength(busy.size)
  })

  it('a log with erased words, filtered too', async () => {
    const erased = await logOf(4, 30)
    erased.erase(2, 40)
    await erased.seal()
    const text = await exported(erased)
    expect(eventsIn(text).filter((line) => line.code === 'run.admitted' && 'line' in line)).toHaveLength(20)
    expect(await verified(text, erased.key)).toEqual(INTACT)
    expect(await verified(await exported(erased, { person: 'slack:T1:U1' }), erased.key)).toEqual(INTACT)
  })

  it('a log whose key was changed twice, by each of its keys, with all of its checkpoints, filtered too', async () => {
    const rotated = await logOf(5, 40)
    await rotated.rotate()
    rotated.append(workday(40, randomOf(6)))
    await rotated.seal()
    await rotated.rotate()
    rotated.append(workday(4, randomOf(7)))
    await rotated.seal()
    for (const text of [await exported(rotated), await exported(rotated, { code: 'run.running' })])
      for (const at of [0, 1, 2])
        expect(await verified(text, rotated.vkey(at), [...rotated.notes.values()].slice(-3))).toEqual(INTACT)
    expect(await verified(await exported(rotated), rotated.vkey(0), [...rotated.notes.values()])).toEqual(INTACT)
  })

  it('a pruned log alone and with its archives, whose key was changed in the pruned part', async () => {
    const pruned = await logOf(8, 60)
    await pruned.rotate()
    const archive = await exported(pruned)
    pruned.append(workday(40, randomOf(9)))
    await pruned.prune(pruned.signers.length + 247)
    const rest = await exported(pruned)
    expect(eventsIn(rest)[0]?.seq).toBe(250)
    expect(await verified(rest, pruned.key)).toEqual(INTACT)
    expect(await verified([archive, rest], pruned.vkey(0))).toEqual(INTACT)
    expect(await verified([rest, archive], pruned.key, [...pruned.notes.values()])).toEqual(INTACT)
    expect(await verified(rest, pruned.vkey(0))).toMatchObject({
      code: 2,
      says: expect.stringContaining('add the archive'),
    })
  })
})

/** The sealed lines of an export as the Worker archives them. */
function archiveOf(text: string, { origin, size }: TestLog): string {
  const lines = text.split('\n').filter((line) => line.includes('"leaf":') || line.includes('"checkpoint":'))
  const header = archiveHeader({ origin, at: 0, lines: [1, size], size })
  return `${[header, ...lines, endLine({ lines: size, omitted: 0 })].join('\n')}\n`
}

describe('of words that are gone, audit verify', () => {
  const ERASED_LATER = {
    code: 2,
    says: expect.stringMatching(/line 3: the words of line 2 .* a later archive: add it/),
  }
  const NOT_SEALED = { code: 2, says: expect.stringMatching(/the words of line 2 .* export again in a minute/) }

  it('cannot say why in an archive alone, finds it intact with what came later, and still finds a change of it', async () => {
    const log = await logOf(10, 20)
    log.erase(2, 40)
    const archive = archiveOf(await exported(log), log)
    expect(await verified(archive, log.key)).toEqual(ERASED_LATER)
    await log.seal()
    expect(await verified([archive, await exported(log)], log.key)).toEqual(INTACT)
    expect(await verified([archive, await exported(log, { code: 'audit.erased' })], log.key)).toEqual(INTACT)
    expect(await verified(archive.replace('"salt"', '"salty"'), log.key)).toMatchObject({ code: 1 })
  })

  it('cannot say why in an export between the erasing and its seal, filtered or not, and can a minute later', async () => {
    const log = await logOf(11, 20)
    log.erase(2, 40)
    for (const filter of [{}, { code: 'run.admitted' }])
      expect(await verified(await exported(log, filter), log.key)).toEqual(NOT_SEALED)
    // Without erased lines in it there is nothing to say.
    expect(await verified(await exported(log, { code: 'run.running' }), log.key)).toEqual(INTACT)
    await log.seal()
    expect(await verified(await exported(log), log.key)).toEqual(INTACT)
  })

  it.each([false, true])(
    'cannot say why when they were erased while the export was read (unsealed: %s)',
    async (unsealed) => {
      const log = await logOf(12, 20)
      log.append(workday(1, randomOf(13)))
      const head = await readHead(log.ask)
      log.erase(2, 40)
      const order = { head, filter: { told: null, where: 'true' }, unsealed, at: 0, record: async () => {} }
      let text = ''
      for await (const piece of exportLog(log.ask, order)) text += piece
      expect(await verified(text, log.key)).toEqual(NOT_SEALED)
    },
  )
})
