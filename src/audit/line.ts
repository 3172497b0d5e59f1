/** One audit event as one line for people. Pure. */
import type { Json, PawlRecord } from '../json.ts'
import { isRecord } from '../json.ts'

/** Said in the fixed part of the line, or of no use to a reader. */
const FIXED = new Set(['v', 'at', 'code', 'platform', 'workspace', 'actor'])

/** Said first, in this order; the others follow as they are kept. */
const LEADING = ['run', 'stage', 'command', 'line', 'args']

/**
 * The time, the code, the actor, then the other fields as `name=value`.
 *
 * @example lineOf('{"v":2,"at":"2026-11-21T10:00:00.000Z","code":"run.admitted","platform":"slack","workspace":"T1","actor":"U1"}')
 * // '2026-11-21T10:00:00.000Z run.admitted slack:T1:U1'
 */
export function lineOf(event: string): string {
  const parsed: unknown = JSON.parse(event)
  if (!isRecord(parsed)) return event
  const fields: PawlRecord = parsed
  const actor = fields.actor === undefined ? '-' : [fields.platform, fields.workspace, fields.actor].map(show).join(':')
  const others = Object.keys(fields).filter((name) => !FIXED.has(name) && !LEADING.includes(name))
  return [show(fields.at ?? ''), show(fields.code ?? ''), actor, ...told(fields, [...LEADING, ...others])].join(' ')
}

/** Fields that say most, for a line that has to fit into a chat. */
const BRIEF = [
  'line',
  'target',
  'before',
  'after',
  'missing',
  'reason',
  'reason_text',
  'lock',
  'epoch',
  'via',
  'latency_ms',
  'source',
  'seqs',
  'erased',
]

/** What a line is about, where what was typed does not stand in it. */
const SUBJECT = ['stage', 'command']

/** A line that fits into a chat is cut here. */
const BRIEF_LENGTH = 140

/**
 * The same for a chat: the time of day, the code, the actor's id, the run, and the telling fields, cut to one row.
 *
 * @example briefLineOf('{"at":"2026-11-21T10:00:00.000Z","code":"run.admitted","actor":"U1","run":"r_1","line":"deploy web"}')
 * // '10:00:00 run.admitted U1 r_1 line="deploy web"'
 */
export function briefLineOf(event: string): string {
  const parsed: unknown = JSON.parse(event)
  if (!isRecord(parsed)) return event
  const fields: PawlRecord = parsed
  const who = [fields.actor ?? '-', fields.run ?? '-']
  const telling = fields.line === undefined ? [...SUBJECT, ...BRIEF] : BRIEF
  return cut([timeOf(fields), fields.code, ...who, ...told(fields, telling)].join(' '), BRIEF_LENGTH)
}

/** What tells one step of a run from another, where the run itself is known. */
const STORY = [
  'stage',
  'step',
  'command',
  'attempt',
  'reason',
  'reason_text',
  'joins',
  'lock',
  'epoch',
  'holder',
  'records_in',
  'records_out',
  'redirect',
  'notice',
  'via',
  'by_run',
  'as',
]

/** A row of a story, beside the number of its line. */
const STORY_LENGTH = 80

/**
 * The same among the events of one run: the time of day, the code, and what tells it from its like.
 *
 * @example storyLineOf('{"at":"2026-11-21T10:00:00.000Z","code":"run.running","actor":"U1","run":"r_1","attempt":2}')
 * // '10:00:00 run.running attempt=2'
 */
export function storyLineOf(event: string): string {
  const parsed: unknown = JSON.parse(event)
  if (!isRecord(parsed)) return event
  return cut([timeOf(parsed), parsed.code, ...told(parsed, STORY)].join(' '), STORY_LENGTH)
}

function timeOf(fields: PawlRecord): string {
  return String(fields.at).slice(11, 19)
}

function told(fields: PawlRecord, names: readonly string[]): string[] {
  return names.flatMap((name) => (fields[name] === undefined ? [] : [`${name}=${show(fields[name])}`]))
}

function cut(line: string, length: number): string {
  return line.length > length ? `${line.slice(0, length - 1).toWellFormed()}…` : line
}

function show(value: Json | undefined): string {
  return typeof value === 'string' && /^[\w./:#@-]+$/.test(value) ? value : JSON.stringify(value ?? null)
}
