/** Exporting and verifying a test log, and changing files. Touches a temporary folder. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { exportedWhere, exportLog } from '../../cli/audit/export-log.ts'
import { type FilterValues, filterOf } from '../../cli/audit/filter.ts'
import { type KeptCheckpoint, readKept } from '../../cli/audit/kept.ts'
import { readStart } from '../../cli/audit/stretch.ts'
import { verdictLine } from '../../cli/audit/verdict.ts'
import { verifyLog } from '../../cli/audit/verify-log.ts'
import { parseVerifierKey } from '../../src/audit/note.ts'
import type { TestLog } from './log.kit.ts'

const NOW = Date.UTC(2026, 10, 22)

const folder = mkdtempSync(join(tmpdir(), 'pawl-audit-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let files = 0

/** A file with this content. */
export function fileOf(content: string | Uint8Array, name = `${++files}.jsonl`): string {
  const file = join(folder, name)
  writeFileSync(file, content)
  return file
}

/** What `audit export` would print. */
export async function exported(
  log: TestLog,
  values: FilterValues = {},
  { unsealed = false, ask = log.ask } = {},
): Promise<string> {
  const filter = await filterOf(values, [], NOW, ask)
  if (!filter.ok) throw new Error(filter.why)
  const start = await readStart(ask, exportedWhere(filter.value))
  let text = ''
  const order = { ...start, filter: filter.value, unsealed, at: NOW, record: async () => {} }
  for await (const part of exportLog(ask, order)) text += part
  return text
}

export interface Told {
  /** What the command would exit with. */
  readonly code: 0 | 1 | 2
  readonly says: string
}

const CODES = { intact: 0, tampered: 1, unsaid: 2 } as const

/** What `audit verify` says of texts, with the newest key of the log unless another is given. */
export async function verified(
  texts: string | Uint8Array | readonly string[],
  key: string | null,
  notes: readonly string[] = [],
): Promise<Told> {
  const paths = (Array.isArray(texts) ? texts : [texts]).map((text) => fileOf(text))
  const trusted = key === null ? null : await parseVerifierKey(key)
  if (trusted?.ok === false) throw new Error(trusted.why)
  const kept: KeptCheckpoint[] = []
  for (const note of notes) {
    const read = await readKept(fileOf(note))
    if (!read.ok) throw new Error(read.why)
    kept.push(read.value)
  }
  const { verdict } = await verifyLog(paths, trusted?.key ?? null, kept)
  // The folder's name says nothing.
  return { code: CODES[verdict.kind], says: verdictLine(verdict).replaceAll(`${folder}/`, '') }
}
