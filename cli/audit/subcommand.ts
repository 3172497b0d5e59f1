/** What the subcommands of `audit` have in common: whom they ask, whom they name, what they say when D1 does not answer. Touches the terminal and D1 through wrangler. */
import type { AuditCode } from '../../src/audit/event.ts'
import { auditEvent } from '../../src/audit/event.ts'
import { auditLine, INSERT_LINES } from '../../src/db/audit.ts'
import type { PawlRecord } from '../../src/json.ts'
import { type D1Target, executeD1, literal } from '../d1.ts'
import { actorHere } from '../policy/import.ts'
import { LogSourceError } from './source.ts'

/** A wrong call, as most shells' tools say it. */
export const USAGE_ERROR = 2

/** Writes an event of the log about reading it. A token that may only read cannot. @throws LogSourceError when it is not written */
export async function recordReading(
  target: D1Target,
  code: Extract<AuditCode, 'audit.read' | 'audit.exported'>,
  details: PawlRecord,
  now: number,
): Promise<void> {
  const line = auditLine(auditEvent(now, code, actorHere(), { ...details, by: 'cli' }))
  const done = await executeD1([`${INSERT_LINES} FROM json_each(${literal(`[${line}]`)}) e`], target)
  if (!done.ok)
    throw new LogSourceError(`reading it is an event of the log, which could not be written: ${done.message}`)
}

/** Runs what asks D1; exit code 1, and why on stderr, when D1 does not answer. */
export async function withLog(target: D1Target, use: () => Promise<number>): Promise<number> {
  try {
    return await use()
  } catch (error) {
    if (!(error instanceof LogSourceError)) throw error
    console.error(`The audit log could not be read: ${error.message}`)
    console.error(
      target.remote ? 'Is "wrangler login" done?' : 'Start Pawl once with "npm start" to create the local database.',
    )
    return 1
  }
}

/** Says what is wrong with a call. */
export function wrongCall(message: string, help: string): number {
  console.error(message)
  console.error(help)
  return USAGE_ERROR
}
