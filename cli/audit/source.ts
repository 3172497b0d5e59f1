/** Asking D1 from the command line, and where the log stands in it. Network through what it is given to ask. */
import type { Row } from '../../src/db/document-read.ts'
import { type D1Failure, type D1Target, literal, queryAllD1 } from '../d1.ts'
import { CHAPTER_CODES } from './chapter.ts'

/** Runs SELECTs in one transaction; an answer for each. */
export type AskD1 = (
  statements: readonly string[],
) => Promise<{ readonly ok: true; readonly answers: readonly (readonly Row[])[] } | D1Failure>

/** Through wrangler. */
export function askD1(target: D1Target): AskD1 {
  return (statements) => queryAllD1<Row>(statements, target)
}

/** D1 does not have what the log needs; `message` says what. */
export class LogSourceError extends Error {}

export interface LogHead {
  readonly origin: string
  /** Lines that are sealed; 0 when none are. */
  readonly size: number
  /** The newest checkpoint. */
  readonly note: string
  /** The public key; null where no line that is left tells it. */
  readonly key: string | null
  readonly prunedTo: number
  /** The newest row. */
  readonly last: number
  /** Sealed lines that were not pruned, and are not in D1 all the same. */
  readonly gone: number
}

/** What tells the head, to be asked beside other statements. */
export const HEAD_STATEMENTS: readonly string[] = [
  'SELECT size, note FROM checkpoints ORDER BY size DESC LIMIT 1',
  'SELECT pruned_to FROM audit_bounds',
  `SELECT coalesce(event ->> 'new_key', event ->> 'key') AS key FROM audit
    WHERE code IN (${CHAPTER_CODES.map(literal).join()}) AND key IS NOT NULL
      AND seq <= (SELECT max(size) FROM checkpoints)
    ORDER BY seq DESC LIMIT 1`,
  'SELECT max(seq) AS last FROM audit',
  'SELECT count(*) AS lines FROM audit WHERE seq <= (SELECT max(size) FROM checkpoints)',
]

/** The head from the answers to {@link HEAD_STATEMENTS}. */
export function headOf(answers: readonly (readonly Row[])[]): LogHead {
  const [newest, bounds, key, last, kept] = answers.map(([row]) => row)
  const size = Number(newest?.size ?? 0)
  const prunedTo = Number(bounds?.pruned_to ?? 0)
  const note = String(newest?.note ?? '')
  return {
    origin: note.split('\n', 1)[0] ?? '',
    size,
    note,
    key: key ? String(key.key) : null,
    prunedTo,
    last: Number(last?.last ?? 0),
    gone: Math.max(0, size - prunedTo - Number(kept?.lines ?? 0)),
  }
}

/** Where the log stands. @throws LogSourceError when D1 does not answer */
export async function readHead(ask: AskD1): Promise<LogHead> {
  return headOf(await answersOf(ask, HEAD_STATEMENTS))
}

/** Runs SELECTs. @throws LogSourceError when D1 does not answer */
export async function answersOf(ask: AskD1, statements: readonly string[]): Promise<readonly (readonly Row[])[]> {
  const answer = await ask(statements)
  if (!answer.ok) throw new LogSourceError(answer.message)
  return answer.answers
}
