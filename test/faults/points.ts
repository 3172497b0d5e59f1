/**
 * Gives the batches that the worker sends to D1 their names, from their SQL and values alone, so that the product needs no word
 * about experiments. Pure.
 */
import type { SeenChange } from './protocol.ts'

export interface Statement {
  readonly sql: string
  readonly values: readonly unknown[]
}

const RUN = /^r_[0-9a-hjkmnp-tv-z]{16}$/
const CHANGE_OF_STATE = /^\s*UPDATE runs SET state = \?/
const AUDIT = /^\s*INSERT INTO audit/

/** Looked for in this order; the first that fits names the batch. */
const NAMES: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/^\s*UPDATE runs SET due_at = \?/, 'heartbeat'],
  [/^\s*UPDATE outbox SET next_at/, 'delivery.claim'],
  [/^\s*UPDATE outbox SET state/, 'delivery.settle'],
  [/^\s*SELECT \* FROM runs WHERE due_at/, 'sweep'],
  [/^\s*SELECT change FROM runs/, 'token'],
  [/^\s*UPDATE runs SET (?:message|cancel_by)/, 'note'],
  [/^\s*UPDATE runs SET resolution/, 'resolve'],
  [/^\s*SELECT \* FROM runs WHERE id = \?$/, 'load'],
]

/** By the event that is written with it; without one, a run goes on waiting in line. */
const WAYS_INTO_THE_QUEUE: readonly (readonly [code: string, name: string])[] = [
  ['run.queued', 'queue'],
  ['run.joined', 'join'],
  ['run.woken', 'wake'],
  ['run.suspended', 'suspend'],
  ['run.retried', 'retry'],
]

export function isAudit({ sql }: Statement): boolean {
  return AUDIT.test(sql)
}

/** The run that a statement is about. A change may set `joins`, another run, before it names its own. */
function runOf({ sql, values }: Statement): string | null {
  const named = sql.indexOf('WHERE id = ?')
  const before = CHANGE_OF_STATE.test(sql) && named >= 0 ? (sql.slice(0, named).match(/\?/g) ?? []).length : 0
  const found = values.slice(before).find((value) => typeof value === 'string' && RUN.test(value))
  return typeof found === 'string' ? found : null
}

/**
 * What a batch does: `admit`, `start`, `claim`, `keep` (steps and log lines), `end`, a way into the queue, or one of {@link NAMES}.
 */
export function nameOf(batch: readonly Statement[]): { readonly name: string; readonly run: string | null } {
  const change = batch.find(({ sql }) => CHANGE_OF_STATE.test(sql))
  const admission = batch.find(({ sql }) => /^\s*INSERT INTO runs\b/.test(sql))
  if (admission) return { name: 'admit', run: runOf(admission) }
  if (change) return { name: changeName(change, codesOf(batch)), run: runOf(change) }
  for (const [pattern, name] of NAMES) {
    const found = batch.find(({ sql }) => pattern.test(sql))
    if (found) return { name, run: runOf(found) }
  }
  return { name: batch.some(isAudit) ? 'audit' : 'other', run: batch.map(runOf).find((run) => run !== null) ?? null }
}

function changeName({ values }: Statement, codes: readonly string[]): string {
  switch (values[0]) {
    case 'queued':
      return WAYS_INTO_THE_QUEUE.find(([code]) => codes.includes(code))?.[1] ?? 'line'
    case 'running':
      if (values.includes('queued')) return 'claim'
      return values.includes('accepted') ? 'start' : 'keep'
    default:
      return 'end'
  }
}

/** The codes of the audit events of a batch. */
function codesOf(batch: readonly Statement[]): string[] {
  return batch.filter(isAudit).flatMap(({ values }) =>
    values.flatMap((value) => {
      if (typeof value !== 'string' || !value.startsWith('[')) return []
      return (JSON.parse(value) as { code: string }[]).map(({ code }) => code)
    }),
  )
}

/** The changes of state of a batch, given how many rows each of its statements changed. */
export function changesOf(batch: readonly Statement[], changed: readonly number[]): SeenChange[] {
  return batch.flatMap((statement, i) => {
    const run = runOf(statement)
    if (run === null || !CHANGE_OF_STATE.test(statement.sql)) return []
    return [{ run, to: String(statement.values[0]), took: (changed[i] ?? 0) > 0 }]
  })
}
