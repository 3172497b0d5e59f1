/**
 * The log in D1, a stretch at a time: rows, the checkpoints over them, and the hashes of what lies between. Each stretch is one
 * start of wrangler, which takes seconds, and so much JSON in memory. Network through what it is given to ask.
 */
import { HASH_BYTES, type Hash } from '../../src/audit/merkle.ts'
import type { Subtree } from '../../src/audit/subtree.ts'
import { hashOfSubtree, parseTile, type TileAt, tileOf } from '../../src/audit/tile.ts'
import type { Row } from '../../src/db/document-read.ts'
import type { StoredRow } from './columns.ts'
import { merkle } from './hash.ts'
import { type AskD1, answersOf, HEAD_STATEMENTS, headOf, type LogHead, LogSourceError } from './source.ts'

/** The most of one stretch. */
export interface Limits {
  readonly rows: number
  readonly characters: number
  readonly tiles: number
}

/** A tile has 11 KB, so that characters and tiles stay within 14 MB. */
const LIMITS: Limits = { rows: 10_000, characters: 8_000_000, tiles: 500 }

/** Checkpoints: one for so many lines is enough to tell where something is wrong. */
const LINES_A_CHECKPOINT = 256

/** Enough for 2^32 lines, which D1 cannot hold. */
const TILE_LEVELS = [0, 1, 2, 3]

/** How many lines the newest checkpoint covers, in SQL. */
const SIZE = '(SELECT coalesce(max(size), 0) FROM checkpoints)'

/** Whether a checkpoint is signed by an old and a new key, in SQL. */
const ROTATION = `length(note) - length(replace(note, char(10) || '— ', '')) > ${'\n— '.length}`

/** The rows that meet a condition, and up to which line there are no others. */
export interface Rows {
  readonly rows: readonly StoredRow[]
  readonly to: number
}

export interface Stretch extends Rows {
  /** Those that an export shows. */
  readonly checkpoints: readonly StoredCheckpoint[]
  /** Gives the hashes of the rows, and of the subtrees between them, the beginning, the end and the changes of key. */
  readonly hashOf: (subtree: Subtree) => Hash
}

export interface StoredCheckpoint {
  readonly size: number
  readonly note: string
  /** Signed by an old and a new key. */
  readonly rotation: boolean
}

/** Where the log stands, and its first stretch. @throws LogSourceError when D1 does not give what is needed */
export async function readStart(
  ask: AskD1,
  where: string,
): Promise<{ readonly head: LogHead; readonly first: Stretch }> {
  const answers = await answersOf(ask, [...HEAD_STATEMENTS, ...stretchStatements(stretchSql(0, SIZE, where), 0)])
  const head = headOf(answers)
  return { head, first: stretchOf(answers.slice(HEAD_STATEMENTS.length), head.size) }
}

/** The stretch behind a line. @throws LogSourceError when D1 does not give what is needed */
export async function readStretch(
  ask: AskD1,
  after: number,
  end: number,
  where: string,
  limits = LIMITS,
): Promise<Stretch> {
  return stretchOf(await answersOf(ask, stretchStatements(stretchSql(after, String(end), where, limits), after)), end)
}

/** The rows of it alone. @throws LogSourceError when D1 does not give what is needed */
export async function readRows(ask: AskD1, after: number, end: number, where: string): Promise<Rows> {
  const [rows] = await answersOf(ask, [rowsStatement(stretchSql(after, String(end), where))])
  return rowsOf(rows ?? [], end)
}

function stretchOf([rows = [], checkpoints = [], tiles = []]: readonly (readonly Row[])[], end: number): Stretch {
  const hashes = new Map(tiles.map(({ level, n, hashes }) => [`${level}/${n}`, parseTile(String(hashes))]))
  return {
    ...rowsOf(rows, end),
    checkpoints: checkpoints.map(({ size, note, rotation }) => ({
      size: Number(size),
      note: String(note),
      rotation: rotation === 1,
    })),
    hashOf: hashesIn((level, n) => hashes.get(`${level}/${n}`) ?? null),
  }
}

function rowsOf(rows: readonly Row[], end: number): Rows {
  return { rows: rows as unknown as StoredRow[], to: Number(rows[0]?.upto ?? end) }
}

function hashesIn(tileAt: TileAt): (subtree: Subtree) => Hash {
  return function hashOf({ level, index }) {
    const hash = hashOfSubtree(merkle, level, index, tileAt)
    if (hash !== null) return hash
    const { level: row, n } = tileOf({ level, index })
    throw new LogSourceError(
      `the tile ${row}/${n} of the log's tree is missing, or has not the ${HASH_BYTES} bytes of each hash`,
    )
  }
}

/**
 * The tables `page`, the numbers of the rows, and `bound`, the line before the next row. Each statement finds them anew: that reads
 * more rows, and saves two starts.
 */
function stretchSql(after: number, end: string, where: string, limits = LIMITS): string {
  return `WITH candidate AS (
      SELECT seq, length(event) + coalesce(length(personal), 0) AS characters FROM audit
      WHERE seq > ${after} AND seq <= ${end} AND (${where}) ORDER BY seq LIMIT ${limits.rows + 1}
    ),
    measured AS MATERIALIZED (
      SELECT seq, row_number() OVER ahead <= ${limits.rows}
        AND sum(characters) OVER ahead - characters < ${limits.characters}
        AND dense_rank() OVER (ORDER BY (seq - 1) >> 8) <= ${limits.tiles} AS fits
      FROM candidate WINDOW ahead AS (ORDER BY seq)
    ),
    page AS (SELECT seq FROM measured WHERE fits),
    bound AS (SELECT coalesce((SELECT min(seq) - 1 FROM measured WHERE NOT fits), ${end}) AS upto)`
}

function rowsStatement(stretch: string): string {
  return `${stretch} SELECT seq, at, code, run, event, personal, salt, erased, upto FROM page JOIN audit USING (seq), bound ORDER BY seq`
}

function stretchStatements(stretch: string, after: number): string[] {
  const covering = `FROM checkpoints, bound WHERE size > ${after} AND size <= upto`
  return [
    rowsStatement(stretch),
    `${stretch}
     SELECT size, note, rotation FROM (
       SELECT size, note, ${ROTATION} AS rotation, max(size) OVER (PARTITION BY size / ${LINES_A_CHECKPOINT}) AS newest ${covering}
     ) WHERE rotation OR size = newest ORDER BY size`,
    // A greatest subtree between two cuts cannot grow over them: its parent has one of them inside, and so has its tile.
    `${stretch}, cut (leaf) AS (
       SELECT ${after} UNION SELECT seq - 1 FROM page UNION SELECT upto FROM bound
       UNION SELECT size ${covering} AND ${ROTATION}
     )
     SELECT level, n, hashes FROM audit_tiles WHERE (level, n) IN (
       SELECT column1, leaf >> (8 * (column1 + 1)) FROM cut, (VALUES ${TILE_LEVELS.map((level) => `(${level})`).join()})
     )`,
  ]
}
