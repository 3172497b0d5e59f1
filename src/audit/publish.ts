/**
 * Brings what the Ledger has signed to where readers find it, and names what stands in its way: whoever can write to D1 can put a row
 * there first. Network: D1.
 */
import { selectTiles } from '../db/audit-archive.ts'
import {
  type Checkpoint,
  publishCheckpoint,
  type StoredTile,
  selectForeignCheckpoint,
  selectNewestCheckpoint,
} from '../db/checkpoints.ts'
import type { Database } from '../db/database.ts'
import type { Unpublished } from './ledger-store.ts'
import { ADVICE } from './seal.ts'

/** Puts a signed checkpoint and its tiles into D1, behind the one of size `published`; what is in the way, or null. Throws what D1 throws. */
export async function publishSealed(db: Database, rest: Unpublished, published: number): Promise<string | null> {
  const { checkpoint, tiles } = rest
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
