/**
 * Brings what the Ledger has signed to where readers find it, and names what stands in its way: whoever can write to D1 can put a row
 * there first. Network: D1.
 */
import { selectTiles } from '../db/audit-archive.ts'
import {
  type Checkpoint,
  publishCheckpoint,
  type SealableRow,
  type StoredTile,
  selectForeignCheckpoint,
  selectIsPublished,
  selectNewestCheckpoint,
  selectSealable,
} from '../db/checkpoints.ts'
import type { Database } from '../db/database.ts'
import type { Sealed } from './ledger-store.ts'
import { ADVICE, explainRefusal, leavesOf } from './seal.ts'

/** The first row alone, which is read whatever its length. */
const ONE_ROW = { rows: 1, characters: 1 }

/**
 * Publishes what may be in D1 already: whoever was started anew does not know. If it is there, nothing is written. If not, D1 was
 * away, or was put back to an earlier state: then the checkpoint must not come into a log that it is not about.
 */
export async function publishAgain(db: Database, sealed: Sealed): Promise<string | null> {
  const { log, checkpoint, tiles, published } = sealed
  const there = await selectIsPublished(db, checkpoint, tiles, published).first<{ published: number }>()
  if (there?.published === 1) return null
  const { results } = await selectSealable(db, checkpoint.size, ONE_ROW).all<SealableRow>()
  const last = leavesOf(results, checkpoint.size, log.lastLeaf)
  return last.ok ? await publishSealed(db, sealed) : explainRefusal(last.refusal)
}

/** Puts a signed checkpoint and its tiles into D1; what is in the way, or null. Throws what D1 throws. */
export async function publishSealed(db: Database, sealed: Sealed): Promise<string | null> {
  const { checkpoint, tiles, published } = sealed
  const foreign = await selectForeignCheckpoint(db, checkpoint, published).first<{ size: number }>()
  if (foreign)
    return `the row of checkpoints with size ${foreign.size} is not this Ledger's, and in the way of checkpoint ${checkpoint.size}: ${ADVICE}`
  try {
    await db.batch(publishCheckpoint(db, checkpoint, tiles))
    return null
  } catch (error) {
    const tile = await foreignTile(db, tiles)
    if (!tile) throw error
    return `the row of audit_tiles with level ${tile.level} and n ${tile.n} is not this Ledger's, and in the way of checkpoint ${checkpoint.size}: ${ADVICE}`
  }
}

/** The first of these tiles in whose place D1 has something else than its beginning. */
async function foreignTile(db: Database, tiles: readonly StoredTile[]): Promise<StoredTile | undefined> {
  const places = tiles.map(({ level, n }) => ({ level, n }))
  const { results } = await selectTiles(db, places).all<StoredTile>()
  return results.find(({ level, n, hashes }) => {
    const mine = tiles.find((tile) => tile.level === level && tile.n === n)
    // The last group of base 64 may hold less than three bytes, and then changes as the tile grows.
    const kept = Math.floor(hashes.replace(/=+$/, '').length / 4) * 4
    return !mine?.hashes.startsWith(hashes.slice(0, kept)) || mine.hashes.length < hashes.length
  })
}

/** Why a Ledger that has sealed nothing yet must not begin in this D1; null when it may. */
export async function foreignLog(db: Database): Promise<string | null> {
  const newest = await selectNewestCheckpoint(db).first<Checkpoint>()
  if (!newest) return null
  const [origin = ''] = newest.note.split('\n', 1)
  return `D1 holds the log ${origin}, which another Ledger sealed up to line ${newest.size}: export it, and begin with a new database; ${ADVICE}`
}
