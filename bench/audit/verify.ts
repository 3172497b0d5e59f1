/** Time and memory to verify an export, a checkpoint after every 256 lines, as `audit verify` does it. Writes a temporary file. */
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { flatLine } from '../../cli/audit/flat-line.ts'
import { hmac, merkle } from '../../cli/audit/hash.ts'
import { checkpointLine, endLine, headerLine } from '../../cli/audit/log-file.ts'
import { verifyLog } from '../../cli/audit/verify-log.ts'
import { formatCheckpoint } from '../../src/audit/checkpoint.ts'
import { leafDataOf } from '../../src/audit/leaf.ts'
import { EMPTY_FRONTIER } from '../../src/audit/merkle.ts'
import { formatVerifierKey, generateSigner, type Signer, signNote } from '../../src/audit/note.ts'
import { rowOf } from './rows.ts'

const LINES_A_CHECKPOINT = 256
const ORIGIN = 'pawl/0be7c4e5'
const WATCH_MS = 50

export interface VerifyReport {
  readonly lines: number
  readonly fileBytes: number
  /** Milliseconds on the wall, and of CPU, all threads together. */
  readonly ms: number
  readonly cpuMs: number
  /** The process's largest memory. */
  readonly memoryBytes: number
  /** What did not go as it should. */
  readonly wrong: readonly string[]
}

export async function measureVerify(lines: number): Promise<VerifyReport> {
  const folder = await mkdtemp(join(tmpdir(), 'pawl-bench-'))
  try {
    const file = join(folder, 'log.jsonl')
    const { signer } = await generateSigner(ORIGIN)
    await writeLog(file, lines, signer)
    const { size: fileBytes } = await stat(file)
    let memoryBytes = 0
    const look = () => {
      memoryBytes = Math.max(memoryBytes, process.memoryUsage.rss())
    }
    const watch = setInterval(look, WATCH_MS)
    const begun = performance.now()
    const cpu = process.cpuUsage()
    const { verdict } = await verifyLog([file], signer.verifier, [])
    const ms = performance.now() - begun
    const { user, system } = process.cpuUsage(cpu)
    clearInterval(watch)
    look()
    const wrong = verdict.kind === 'intact' ? [] : [`the export is found ${verdict.kind}`]
    return { lines, fileBytes, ms, cpuMs: (user + system) / 1_000, memoryBytes, wrong }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function writeLog(file: string, lines: number, signer: Signer): Promise<void> {
  const stream = createWriteStream(file)
  const key = formatVerifierKey(signer.verifier)
  let text = `${headerLine({ origin: ORIGIN, key, at: new Date(0).toISOString(), filter: null, size: lines })}\n`
  let frontier = EMPTY_FRONTIER
  for (let seq = 1; seq <= lines; seq++) {
    const row = rowOf(seq)
    const data = leafDataOf(row, hmac)
    if (!data.ok) throw new Error(data.why)
    const leaf = merkle.leafHash(data.value)
    frontier = merkle.append(frontier, leaf)
    text += `${flatLine(row, leaf)}\n`
    if (seq % LINES_A_CHECKPOINT !== 0 && seq !== lines) continue
    const root = merkle.rootOf(frontier)
    text += `${checkpointLine(await signNote(formatCheckpoint({ origin: ORIGIN, size: seq, root, time: seq }), [signer]))}\n`
    if (!stream.write(text)) await once(stream, 'drain')
    text = ''
  }
  stream.end(`${endLine({ lines, omitted: 0 })}\n`)
  await once(stream, 'close')
}
