import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { madeUp } from './made-up.kit.ts'
import { formatMeasured, KIND_NAMES, MEASURED_FILE, readMeasured } from './measured.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pawl-cost-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function fileWith(text: string): string {
  const file = join(folder, 'measured.json')
  writeFileSync(file, text)
  return file
}

describe('the measured file', () => {
  it('of this repository fits, and each kind was seen to reach the Worker and to write', () => {
    const { kinds, minute } = readMeasured()
    for (const kind of KIND_NAMES) {
      expect(kinds[kind].invocations).toBeGreaterThanOrEqual(1)
      expect(kinds[kind].d1RowsWritten).toBeGreaterThan(0)
      expect(kinds[kind].lines).toBeGreaterThan(0)
    }
    for (const kind of ['job', 'locked'] as const) expect(kinds[kind].queueOperations).toBeGreaterThan(0)
    expect(kinds.locked.objectRequests).toBeGreaterThan(0)
    expect(minute.invocations).toBe(1)
  })

  it('is formatted as the benchmark writes it', () => {
    expect(readFileSync(MEASURED_FILE, 'utf8')).toBe(formatMeasured(readMeasured()))
  })

  it('is read as it was written', () => {
    const measured = madeUp({ kinds: { job: { queueOperations: 3.25, lines: 6 } } })
    expect(readMeasured(fileWith(formatMeasured(measured)))).toEqual(measured)
  })

  const without = (key: string) => JSON.stringify({ ...madeUp(), [key]: undefined })
  it.each([
    ['is not there', null, 'cannot be read'],
    ['is no JSON', '{', 'does not fit'],
    ['lacks a part', without('minute'), 'minute'],
    ['counts less than nothing', JSON.stringify(madeUp({ line: { d1RowsRead: -1 } })), 'line.d1RowsRead'],
    ['counts what is not known', JSON.stringify({ ...madeUp(), extra: 1 }), 'extra'],
  ])('says how to measure again when it %s', (_, text, why) => {
    const file = text === null ? join(folder, 'none.json') : fileWith(text)
    expect(() => readMeasured(file)).toThrow(why)
    expect(() => readMeasured(file)).toThrow('npm run bench:audit -- cost --write')
  })
})
