/** `audit prove` and `audit check-proof`. */
import { beforeAll, describe, expect, it } from 'vitest'
import { judgeProof, proofText } from '../../cli/audit/proof.ts'
import { proveFromD1, proveFromFile } from '../../cli/audit/prove-log.ts'
import { canonical } from '../../src/audit/canonical.ts'
import { parseVerifierKey, type VerifierKey } from '../../src/audit/note.ts'
import type { PawlRecord } from '../../src/json.ts'
import { exported, fileOf } from './export.kit.ts'
import { randomOf, TestLog, workday } from './log.kit.ts'

const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31))
console.log(`SEED=${SEED}`)
const random = randomOf(SEED)
const below = (n: number) => Math.floor(random() * n)

let log: TestLog
let key: VerifierKey
beforeAll(async () => {
  log = await TestLog.start()
  log.append(workday(75, randomOf(1)))
  await log.seal()
  log.append(workday(1, randomOf(2)))
  const read = await parseVerifierKey(log.key)
  if (!read.ok) throw new Error(read.why)
  key = read.key
})

async function proofOf(seq: number): Promise<string> {
  const proof = await proveFromD1(log.ask, seq)
  if (!proof.ok) throw new Error(proof.why)
  return proofText(proof.value)
}

describe('a proof', () => {
  it('shows of every line that it is in the log, from D1 and from a file alike', async () => {
    const file = fileOf(await exported(log))
    for (let seq = 1; seq <= log.size; seq++) {
      const text = await proofOf(seq)
      expect(await judgeProof(text, key)).toEqual({ kind: 'intact' })
      if (seq % 37 !== 1) continue
      const same = await proveFromFile(file, seq)
      expect(same.ok && proofText(same.value)).toBe(text)
    }
  })

  it('comes out of a filtered file for each line that is in it', async () => {
    const file = fileOf(await exported(log, { code: 'run.running' }))
    for (const seq of [4, 8, log.size - 1]) {
      const proof = await proveFromFile(file, seq)
      expect(proof.ok && proofText(proof.value)).toBe(await proofOf(seq))
    }
    expect(await proveFromFile(file, 2)).toMatchObject({ ok: false, why: expect.stringContaining('left out') })
  })

  it('is not made of a line that is not sealed, or is not there', async () => {
    expect(await proveFromD1(log.ask, log.size + 1)).toMatchObject({
      ok: false,
      why: expect.stringContaining('not sealed yet'),
    })
    expect(await proveFromFile(fileOf(await exported(log)), log.size + 1)).toMatchObject({ ok: false })
    expect(await proveFromFile(fileOf(''), 1)).toMatchObject({ ok: false })
  })

  it('holds when the words of people were erased since', async () => {
    const other = log.fork()
    other.erase(2, 3)
    const proof = await proveFromD1(other.ask, 2)
    expect(proof.ok && 'line' in proof.value.event).toBe(false)
    expect(proof.ok && (await judgeProof(proofText(proof.value), key))).toEqual({ kind: 'intact' })
  })

  it('does not hold with any byte changed, in 100 random places', async () => {
    for (let i = 0; i < 100; i++) {
      const bytes = new TextEncoder().encode(await proofOf(1 + below(log.size)))
      const at = below(bytes.length)
      bytes[at] = ((bytes[at] ?? 0) + 1 + below(255)) % 256
      const text = new TextDecoder('utf-8', { fatal: false, ignoreBOM: true }).decode(bytes)
      expect((await judgeProof(text, key)).kind).not.toBe('intact')
    }
  })

  it('is tampered with when the event, its place, a hash or the checkpoint is another', async () => {
    const proof = JSON.parse(await proofOf(10)) as PawlRecord & { event: PawlRecord; hashes: string[] }
    const other = JSON.parse(await proofOf(11)) as typeof proof
    for (const change of [
      { event: { ...proof.event, outcome: 'failed' } },
      { event: { ...proof.event, seq: 11 } },
      { event: other.event },
      { event: other.event, index: 10 },
      { index: 10 },
      { hashes: proof.hashes.slice(1) },
      { hashes: proof.hashes.toReversed() },
      { checkpoint: String(proof.checkpoint).replace('time 2026', 'time 2025') },
    ])
      expect(await judgeProof(`${canonical({ ...proof, ...change })}\n`, key)).toMatchObject({ kind: 'tampered' })
  })

  it('cannot be judged with a key that has not signed it, or when it is none', async () => {
    const other = await parseVerifierKey((await TestLog.start(log.origin)).key)
    expect(other.ok && (await judgeProof(await proofOf(1), other.key))).toMatchObject({ kind: 'unsaid' })
    for (const text of ['', '{}\n', '{"pawl_proof":1}\n', (await proofOf(1)).trimEnd(), ` ${await proofOf(1)}`])
      expect(await judgeProof(text, key)).toMatchObject({ kind: 'unsaid' })
  })
})
