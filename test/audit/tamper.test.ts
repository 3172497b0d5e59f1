/** The tamper experiments: each kind of change to an exported log or a stored one, in 100 random places, is found every time. */
import { beforeAll, describe, expect, it } from 'vitest'
import { leafOf, readFlatLine } from '../../cli/audit/flat-line.ts'
import { canonical } from '../../src/audit/canonical.ts'
import { formatCheckpoint, parseCheckpoint } from '../../src/audit/checkpoint.ts'
import { generateSigner, signNote } from '../../src/audit/note.ts'
import { toBase64 } from '../../src/base64.ts'
import type { PawlRecord } from '../../src/json.ts'
import { exported, verified } from './export.kit.ts'
import { randomOf, TestLog, workday } from './log.kit.ts'

const TIMES = 100
const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31))
console.log(`SEED=${SEED}`)

const random = randomOf(SEED)
const below = (n: number) => Math.floor(random() * n)

let log: TestLog
/** The lines of an export, and which of them are events. */
let lines: string[]
let events: number[]
let filtered: string[]

beforeAll(async () => {
  log = await TestLog.start()
  log.append(workday(20, randomOf(SEED)))
  await log.seal()
  log.append(workday(12, randomOf(SEED + 1)))
  await log.seal()
  await log.rotate()
  log.append(workday(12, randomOf(SEED + 2)))
  log.erase(20, 40)
  await log.seal()
  lines = linesOf(await exported(log))
  events = lines.flatMap((line, i) => (line.includes('"seq":') ? [i] : []))
  filtered = linesOf(await exported(log, { code: 'run.succeeded' }))
})

function linesOf(text: string): string[] {
  return text.trimEnd().split('\n')
}
/** Whoever changes the file changes the digest in its end, too. */
const textOf = (changed: readonly string[]) => `${changed.join('\n')}\n`.replace(/,"sha256":"[0-9a-f]{64}"/, '')
const record = (line: string | undefined) => JSON.parse(line ?? '') as PawlRecord

/** The exported log with one line made anew. */
function withLine(at: number, change: (line: PawlRecord) => PawlRecord): string[] {
  return lines.with(at, canonical(change(record(lines[at]))))
}

/** A line whose leaf is made to fit, as somebody would who knows how. */
function withLeaf(line: PawlRecord): PawlRecord {
  const read = readFlatLine(line, canonical)
  if (!read.ok) throw new Error(read.why)
  return { ...line, leaf: toBase64(leafOf(read.value)) }
}

/** Another value of the same kind. */
function other(value: unknown): string | number {
  return typeof value === 'number' ? value + 1 : `${typeof value === 'string' ? value : 'x'}x`
}

/** An event line that meets a condition. */
function eventWhere(fits: (line: PawlRecord) => boolean): number {
  for (;;) {
    const at = events[below(events.length)] ?? 0
    if (fits(record(lines[at]))) return at
  }
}

/** Tries an experiment often; what it expects is found each time. */
async function always(experiment: () => Promise<void>): Promise<void> {
  for (let i = 0; i < TIMES; i++) await experiment()
}

const found = async (changed: readonly string[], line: number) => {
  const told = await verified(textOf(changed), log.key)
  expect(told).toMatchObject({ code: 1, says: expect.stringContaining(`, line ${line + 1}`) })
}

/** Found, and the lines that are named hold the changed one. */
const foundWithin = async (changed: readonly string[], line: number) => {
  const { code, says } = await verified(textOf(changed), log.key)
  expect(code).toBe(1)
  const [, first, last] = /lines? (\d+)(?: to (\d+))?/.exec(says) ?? []
  expect(Number(first)).toBeLessThanOrEqual(line + 1)
  expect(Number(last ?? first)).toBeGreaterThanOrEqual(line + 1)
}

const OWN = new Set(['seq', 'leaf', 'salt', 'personal'])
const WORDS = new Set(['line', 'args', 'reason_text'])

describe('a changed export is found, and the line named, when', () => {
  it('any field of an event is edited, added or taken away', () =>
    always(async () => {
      const at = events[below(events.length)] ?? 0
      const fields = Object.keys(record(lines[at])).filter((field) => !OWN.has(field))
      const field = fields[below(fields.length)] ?? ''
      await found(
        withLine(at, (line) => ({ ...line, [field]: other(line[field]) })),
        at,
      )
      await found(
        withLine(at, (line) => ({ ...line, extra: 1 })),
        at,
      )
      await found(
        withLine(at, ({ [field]: _, ...line }) => line),
        at,
      )
    }))

  it('a field is added that JavaScript would take for a prototype', () =>
    always(async () => {
      const at = events[below(events.length)] ?? 0
      await found(lines.with(at, (lines[at] ?? '').replace('{', '{"__proto__":{"a":1},')), at)
    }))

  it('the words of people are edited, with their commitment or without', () =>
    always(async () => {
      const at = eventWhere((line) => 'salt' in line)
      const field = Object.keys(record(lines[at])).find((name) => WORDS.has(name)) ?? ''
      await found(
        withLine(at, (line) => ({ ...line, [field]: 'rm -rf' })),
        at,
      )
      await found(
        withLine(at, (line) => ({ ...line, personal: '0'.repeat(64) })),
        at,
      )
    }))

  it('a salt is edited, or taken away', () =>
    always(async () => {
      const at = eventWhere((line) => 'salt' in line)
      await found(
        withLine(at, (line) => ({ ...line, salt: '0'.repeat(32) })),
        at,
      )
      await found(
        withLine(at, ({ salt: _, ...line }) => line),
        at,
      )
    }))

  it('words of people are taken away as if they were erased', () =>
    always(async () => {
      const at = eventWhere((line) => 'salt' in line && 'line' in line)
      await found(
        withLine(at, ({ salt: _, line: __, ...line }) => line),
        at,
      )
    }))

  it('words of people are taken away as if they were erased, while an erasure of others waits for its seal', async () => {
    const waiting = log.fork()
    waiting.append(workday(1, randomOf(SEED + 3)))
    await waiting.seal()
    waiting.erase(waiting.size - 3, waiting.size)
    const text = linesOf(await exported(waiting))
    expect(await verified(textOf(text), waiting.key)).toMatchObject({ code: 2 })
    const candidates = text.flatMap((line, i) => (line.includes('"salt":') && line.includes('"line":') ? [i] : []))
    await always(async () => {
      const at = candidates[below(candidates.length)] ?? 0
      const { salt: _, line: __, ...line } = record(text[at])
      await found(text.with(at, canonical(line)), at)
    })
  })

  it('words of people are taken away that a line before them says were erased', async () => {
    const wide = log.fork()
    const told = wide.size + 1
    wide.append([{ code: 'audit.erased', details: { lines: 1, seqs: '1-900000' }, user: 'UADMIN' }])
    wide.append(workday(2, randomOf(SEED + 4)))
    await wide.seal()
    const text = linesOf(await exported(wide))
    const at = text.findIndex((line) => line.includes('"salt":') && Number(record(line).seq) > told)
    const { salt: _, line: __, args: ___, ...line } = record(text[at])
    expect(at).toBeGreaterThan(0)
    await found(text.with(at, canonical(line)), at)
  })

  it('a leaf is edited', () =>
    always(async () => {
      const at = events[below(events.length)] ?? 0
      await found(
        withLine(at, (line) => ({ ...line, leaf: toBase64(new Uint8Array(32)) })),
        at,
      )
    }))

  it('a number is edited', () =>
    always(async () => {
      const at = events[below(events.length)] ?? 0
      await found(
        withLine(at, (line) => ({ ...line, seq: Number(line.seq) + 1 + below(3) })),
        at,
      )
    }))

  it('a line is deleted', () =>
    always(async () => {
      const at = events[below(events.length - 1)] ?? 0
      await found(lines.toSpliced(at, 1), at)
    }))

  it('a line is duplicated', () =>
    always(async () => {
      const at = events[below(events.length)] ?? 0
      await found(lines.toSpliced(at, 0, lines[at] ?? ''), at + 1)
    }))

  it('two lines are swapped', () =>
    always(async () => {
      const one = below(events.length - 1)
      const [a = 0, b = 0] = [events[one], events[one + 1 + below(events.length - one - 1)]]
      await found(lines.with(a, lines[b] ?? '').with(b, lines[a] ?? ''), a)
    }))

  it('the file is cut off anywhere, also in the middle of a line', () =>
    always(async () => {
      const at = 1 + below(lines.length - 1)
      expect(await verified(textOf(lines.slice(0, at)), log.key)).toMatchObject({ code: 1 })
      const text = textOf(lines)
      const cut = text.slice(0, text.indexOf('\n') + 2 + below(text.length - text.indexOf('\n') - 3))
      expect(await verified(cut, log.key)).toMatchObject({ code: 1 })
    }))

  it('a line is put behind the end', async () => {
    await found([...lines, lines.at(-1) ?? ''], lines.length)
    await found([...lines, ''], lines.length)
  })

  it('an event is edited by somebody who makes its leaf fit: the lines between two checkpoints are named', () =>
    always(async () => {
      const at = events[below(events.length)] ?? 0
      await foundWithin(
        withLine(at, (line) => withLeaf({ ...line, extra: 1 })),
        at,
      )
    }))

  it('a line is deleted and the others are given new numbers', () =>
    always(async () => {
      const gone = events[below(events.length - 1)] ?? 0
      const from = Number(record(lines[gone]).seq)
      const changed = lines.toSpliced(gone, 1).map((text) => {
        const line = record(text)
        return typeof line.seq === 'number' && line.seq > from ? canonical({ ...line, seq: line.seq - 1 }) : text
      })
      expect(await verified(textOf(changed), log.key)).toMatchObject({ code: 1 })
    }))

  it('a line is inserted and the others are given new numbers', () =>
    always(async () => {
      const at = events[below(events.length)] ?? 0
      const seq = Number(record(lines[at]).seq)
      const forged = canonical(
        withLeaf({ v: 2, at: '2026-11-21T10:00:00.000Z', code: 'run.woken', seq, leaf: toBase64(new Uint8Array(32)) }),
      )
      const changed = lines.map((text) => {
        const line = record(text)
        return typeof line.seq === 'number' && line.seq >= seq ? canonical({ ...line, seq: line.seq + 1 }) : text
      })
      expect(await verified(textOf(changed.toSpliced(at, 0, forged)), log.key)).toMatchObject({ code: 1 })
    }))

  it('a checkpoint is forged: another root, size, time, or a signature of another key', async () => {
    const { signer } = await generateSigner(log.origin)
    const at = lines.flatMap((line, i) => (line.includes('"checkpoint":') ? [i] : []))
    for (const line of at) {
      const note = String(record(lines[line]).checkpoint)
      const text = note.slice(0, note.lastIndexOf('\n\n') + 1)
      const read = parseCheckpoint(text)
      if (!read.ok) throw new Error(read.why)
      const put = (forged: string) => lines.with(line, canonical({ checkpoint: forged }))
      const { checkpoint } = read
      for (const change of [
        { root: new Uint8Array(32) },
        { size: checkpoint.size - 1 },
        { time: checkpoint.time + 1 },
      ]) {
        const forged = formatCheckpoint({ ...checkpoint, ...change })
        await found(put(note.replace(text, forged)), line)
        await found(put(await signNote(forged, [signer])), line)
      }
      await found(put(await signNote(text, [signer])), line)
      await found(lines.toSpliced(line, 0, lines[line] ?? ''), line + 1)
    }
  })

  it('any byte of it is changed', () =>
    always(async () => {
      const bytes = new TextEncoder().encode(`${lines.join('\n')}\n`)
      const at = below(bytes.length)
      bytes[at] = ((bytes[at] ?? 0) + 1 + below(255)) % 256
      const line = bytes.subarray(0, at).filter((byte) => byte === 10).length
      const { code } = await verified(bytes, log.key)
      // Without its first line nobody knows what the file is.
      if (line === 0) expect([1, 2]).toContain(code)
      else expect({ at, code }).toEqual({ at, code: 1 })
    }))

  it('any byte of a filtered one is changed', () =>
    always(async () => {
      const bytes = new TextEncoder().encode(`${filtered.join('\n')}\n`)
      const at = below(bytes.length)
      bytes[at] = ((bytes[at] ?? 0) + 1 + below(255)) % 256
      expect([1, 2]).toContain((await verified(bytes, log.key)).code)
    }))
})

describe('a filtered export', () => {
  it('is found changed when what is left out is edited, and the lines between two checkpoints are named', () =>
    always(async () => {
      const omissions = filtered.flatMap((line, i) => (line.includes('"omitted":[') ? [i] : []))
      const at = omissions[below(omissions.length)] ?? 0
      const hash = toBase64(new Uint8Array(32).fill(below(256)))
      const changed = filtered.with(at, canonical({ ...record(filtered[at]), hash }))
      expect(await verified(textOf(changed), log.key)).toMatchObject({ code: 1 })
      const moved = filtered.with(at, canonical({ ...record(filtered[at]), omitted: [1, 1] }))
      expect(await verified(textOf(moved), log.key)).toMatchObject({ code: 1 })
    }))

  it('cannot be said to be what a key signed that is not its own', async () => {
    const { signer } = await generateSigner(log.origin)
    const other = await TestLog.start(log.origin)
    expect(signer.verifier.name).toBe(other.origin)
    expect(await verified(textOf(filtered), other.key)).toMatchObject({ code: 2 })
  })
})
