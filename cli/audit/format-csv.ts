/** Events as CSV (RFC 4180) that a spreadsheet shows and does not execute. Pure. */
import type { Json } from '../../src/json.ts'
import type { NumberedEvent } from './export.ts'

/** A column for each field that many events have; all others stand in the last one, as JSON. */
const COLUMNS = [
  'at',
  'code',
  'platform',
  'workspace',
  'actor',
  'channel',
  'run',
  'command',
  'line',
  'args',
  'decision',
  'outcome',
  'reason',
  'latency_ms',
] as const

const NAMED: ReadonlySet<string> = new Set(COLUMNS)

/**
 * What a spreadsheet takes for the beginning of a formula, also behind its full-width forms (OWASP, "CSV Injection"). A quotation
 * mark in front makes it text.
 */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/

/** Lines of CSV; the first piece is the line of names. */
export function csvLines(events: Iterable<NumberedEvent>, first: boolean): string {
  const rows: string[] = first ? [row(['seq', ...COLUMNS, 'more'])] : []
  for (const { seq, event } of events) {
    const more = Object.entries(event).filter(([field]) => !NAMED.has(field) && field !== 'v')
    const rest = more.length === 0 ? '' : JSON.stringify(Object.fromEntries(more))
    rows.push(row([seq, ...COLUMNS.map((field) => event[field]), rest]))
  }
  return rows.join('')
}

function row(values: readonly (Json | undefined)[]): string {
  return `${values.map(cell).join()}\r\n`
}

function cell(value: Json | undefined): string {
  if (value === undefined || value === null) return ''
  // A number is no formula, and is to stay one.
  if (typeof value === 'number') return String(value)
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return `"${(FORMULA.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`
}
