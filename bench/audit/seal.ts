/** What sealing costs: by the minute, and ten thousand lines at once, by the real Ledger over local D1. Asks the house that it is given. */
import { hmac, merkle } from '../../cli/audit/hash.ts'
import { parseCheckpoint } from '../../src/audit/checkpoint.ts'
import { leafDataOf } from '../../src/audit/leaf.ts'
import { EMPTY_FRONTIER, type Hash, sameHash } from '../../src/audit/merkle.ts'
import type { BenchHouse, Row } from './house.ts'
import { rowOf } from './rows.ts'

/** Lines that are sealed at once, and how often that is measured; the first time workerd has not compiled all of it. */
const LINES = 10_000
const ROUNDS = 3
/** Sealings that are measured of each pace. */
const SEALINGS = 100
/** Rows in one statement. */
const PAGE = 1_000
const THOUSAND = 1_000

/** A thousand commands at a pace, sealed each minute. */
export interface PaceCost {
  /** Commands a minute. */
  readonly pace: number
  readonly linesEach: number
  readonly sealings: number
  /** D1 rows that the Ledger wrote. */
  readonly rows: number
  /** Bytes of notes and tiles that stay. */
  readonly bytes: number
}

export interface SealReport {
  readonly lines: number
  readonly rounds: readonly {
    readonly ms: number
    readonly trips: number
    readonly rowsRead: number
    readonly rowsWritten: number
  }[]
  /** What did not go as it should. */
  readonly wrong: readonly string[]
}

/** The Ledger's own part of a thousand commands with so many lines each. */
export async function measurePaces(house: BenchHouse, linesEach: number): Promise<PaceCost[]> {
  const costs: PaceCost[] = []
  for (const pace of [1, 20, THOUSAND]) {
    const sealings = THOUSAND / pace
    const measured = Math.min(sealings, SEALINGS)
    const before = await look(house)
    for (let i = 0; i < measured; i++) {
      // Lines of a minute, so that in the end no fraction is lost.
      await writeLines(house, Math.round((i + 1) * pace * linesEach) - Math.round(i * pace * linesEach))
      await house.seal()
    }
    const after = await look(house)
    const scale = sealings / measured
    const rows = (after.rows - before.rows) * scale
    costs.push({ pace, linesEach, sealings, rows, bytes: (after.bytes - before.bytes) * scale })
  }
  return costs
}

async function look(house: BenchHouse): Promise<{ readonly rows: number; readonly bytes: number }> {
  return { rows: (await house.tallies()).ledger.rowsWritten, bytes: await sealedBytes(house) }
}

/** Bytes of all notes and tiles. */
export async function sealedBytes(house: BenchHouse): Promise<number> {
  const [row] = await house.sql(
    `SELECT (SELECT coalesce(sum(octet_length(note)), 0) FROM checkpoints)
       + (SELECT coalesce(sum(octet_length(hashes)), 0) FROM audit_tiles) AS bytes`,
  )
  return Number(row?.bytes)
}

/** Seals ten thousand lines at once, and checks the root that was signed. */
export async function measureSeal(house: BenchHouse): Promise<SealReport> {
  const rounds = []
  const wrong: string[] = []
  for (let round = 0; round < ROUNDS; round++) {
    await house.seal()
    await writeLines(house, LINES)
    const { ledger: before } = await house.tallies()
    const { ms, sealed } = await house.seal()
    const { ledger: after } = await house.tallies()
    if (sealed !== LINES) wrong.push(`${sealed} of ${LINES} lines were sealed`)
    rounds.push({
      ms,
      trips: after.trips - before.trips,
      rowsRead: after.rowsRead - before.rowsRead,
      rowsWritten: after.rowsWritten - before.rowsWritten,
    })
  }
  if (!(await isRootRight(house))) wrong.push('the root that was signed is not that of the rows')
  return { lines: LINES, rounds, wrong }
}

/** Appends made-up rows. */
export async function writeLines(house: BenchHouse, lines: number): Promise<void> {
  for (let from = 0; from < lines; from += PAGE) {
    const rows = Array.from({ length: Math.min(PAGE, lines - from) }, (_, i) => rowOf(from + i + 1))
    await house.sql(
      `INSERT INTO audit (at, code, run, event, personal, salt)
       SELECT 0, e.value ->> 'event' ->> 'code', e.value ->> 'event' ->> 'run', e.value ->> 'event', e.value ->> 'personal', e.value ->> 'salt'
       FROM json_each(?) e`,
      JSON.stringify(rows),
    )
  }
}

/** Whether the newest checkpoint has the root over the rows that it covers, computed here by Node. */
async function isRootRight(house: BenchHouse): Promise<boolean> {
  const [newest] = await house.sql('SELECT size, note FROM checkpoints ORDER BY size DESC LIMIT 1')
  const note = String(newest?.note)
  const parsed = parseCheckpoint(note.slice(0, note.lastIndexOf('\n\n') + 1))
  if (!parsed.ok) return false
  const { size, root } = parsed.checkpoint
  const leaves: Hash[] = []
  while (leaves.length < size) {
    const page = await house.sql(
      'SELECT seq, event, personal, salt, erased FROM audit WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?',
      leaves.length,
      size,
      PAGE,
    )
    if (page.length === 0) return false
    for (const row of page) {
      const leaf = leafIn(row)
      if (leaf === null) return false
      leaves.push(leaf)
    }
  }
  return sameHash(root, merkle.rootOf(merkle.appendAll(EMPTY_FRONTIER, leaves)))
}

function leafIn({ event, personal, salt, erased }: Row): Hash | null {
  const text = (value: Row[string] | undefined) => (typeof value === 'string' ? value : null)
  const row = { event: String(event), personal: text(personal), salt: text(salt), erased: text(erased) }
  const data = leafDataOf(row, hmac)
  return data.ok ? merkle.leafHash(data.value) : null
}
