/** Reading lines of the log for people: the newest that a filter and words leave, and one alone. Network through what it is given to ask. */
import { FLAT_EVENT } from '../../src/db/audit.ts'
import type { LogFilter } from './filter.ts'
import { type AskD1, answersOf } from './source.ts'

export interface ShownLine {
  readonly seq: number
  /** The whole event as JSON. */
  readonly event: string
}

export interface ShownQuery {
  readonly filter: LogFilter
  readonly before: number
  readonly limit: number
}

/** The newest lines that a filter leaves, oldest first. */
export async function readShown(ask: AskD1, { filter, before, limit }: ShownQuery): Promise<ShownLine[]> {
  const [rows] = await answersOf(ask, [
    `SELECT seq, ${FLAT_EVENT} FROM audit WHERE seq < ${before} AND (${filter.where}) ORDER BY seq DESC LIMIT ${limit}`,
  ])
  return (rows ?? []).map(({ seq, event }) => ({ seq: Number(seq), event: String(event) })).reverse()
}

/** One line, and how far the log is sealed; null where there is no such line. */
export async function readOne(
  ask: AskD1,
  seq: number,
): Promise<{ readonly line: ShownLine; readonly sealed: boolean } | null> {
  const [rows, heads] = await answersOf(ask, [
    `SELECT seq, ${FLAT_EVENT} FROM audit WHERE seq = ${seq}`,
    'SELECT max(size) AS size FROM checkpoints',
  ])
  const [row] = rows ?? []
  if (!row) return null
  return { line: { seq, event: String(row.event) }, sealed: seq <= Number(heads?.[0]?.size ?? 0) }
}
