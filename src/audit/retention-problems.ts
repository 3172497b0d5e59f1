/** What an operator is told of the log's way out of D1, and of the room that is left. Pure. */
import type { SinkRow } from '../db/checkpoints.ts'
import { type AuditConfig, NO_ARCHIVE } from './sink-settings.ts'

/** Of the limit: early enough to act, and late. Greatest first. */
const THRESHOLDS = [90, 70] as const

/** The threshold in percent that the database has passed; null below all. */
export function filledTo(bytes: number, limit: number): (typeof THRESHOLDS)[number] | null {
  return THRESHOLDS.find((percent) => bytes * 100 > limit * percent) ?? null
}

/** What to do about a database that fills up; null while there is room. */
export function sizeProblem(bytes: number, { databaseLimit, keepDays }: AuditConfig): string | null {
  const percent = filledTo(bytes, databaseLimit)
  if (percent === null) return null
  const advice =
    keepDays === null
      ? 'archive the audit log and set PAWL_AUDIT_KEEP_DAYS (docs/deploy.md)'
      : 'set PAWL_AUDIT_KEEP_DAYS lower'
  return `the database is over ${percent} % of PAWL_D1_LIMIT_MB: ${advice}; when it is full, nothing runs`
}

/** The problems that `audit status` shows beside those of the Ledger. */
export function outsideProblems(audit: AuditConfig, sinks: readonly SinkRow[], bytes: number): string[] {
  const size = sizeProblem(bytes, audit)
  return [
    ...(audit.keepDays !== null && !audit.archive ? [NO_ARCHIVE] : []),
    ...(size === null ? [] : [size]),
    ...sinks.flatMap(({ name, reason }) =>
      reason?.startsWith('stopped:')
        ? [`the sink ${name} is stopped, its receiver answered 410: set PAWL_AUDIT_WEBHOOK or its secret anew`]
        : [],
    ),
  ]
}
