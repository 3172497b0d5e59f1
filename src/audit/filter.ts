/** Which lines of the log are asked for, read from the words of a person; the same in chat and on the command line. Pure. */
import { parseDuration } from '../command/duration.ts'
import { nearest } from '../command/names.ts'
import { readMoment } from '../data/moment.ts'
import type { PawlRecord } from '../json.ts'
import { RUN_ID } from '../runs/identity.ts'
import { AUDIT_CODES } from './event.ts'

/** As people write it: each is the option of that name. Who a person is, only a database can say. */
export interface FilterWords {
  readonly command?: string | undefined
  readonly run?: string | undefined
  readonly code?: string | undefined
  readonly outcome?: string | undefined
  readonly since?: string | undefined
  readonly until?: string | undefined
}

export interface LineFilter {
  /** The key of a command that is one of a run's stages. */
  readonly command?: string
  readonly run?: string
  /** A code; one that ends in a dot stands for all that begin so. */
  readonly code?: string
  /** What a code says behind its dot. */
  readonly outcome?: string
  /** From this moment on, in milliseconds since 1970. */
  readonly since?: number
  /** Before this moment. */
  readonly until?: number
}

export type FilterReading =
  | { readonly ok: true; readonly filter: LineFilter; readonly told: PawlRecord }
  | { readonly ok: false; readonly why: string }

const COMMAND = /^[\w-]+(?::[\w-]+){0,2}$/

const CODES: ReadonlySet<string> = new Set(AUDIT_CODES)
const FAMILIES: ReadonlySet<string> = new Set(AUDIT_CODES.map((code) => `${code.split('.')[0]}.`))
const OUTCOMES: ReadonlySet<string> = new Set(AUDIT_CODES.map((code) => code.split('.')[1] ?? ''))

/**
 * The filter that the words ask for, and how the log tells it; or what is wrong with them.
 *
 * @param now milliseconds since 1970
 * @example readFilter({ outcome: 'denied', since: '2h' }, now)
 */
export function readFilter(words: FilterWords, now: number): FilterReading {
  const filter: { -readonly [name in keyof LineFilter]: LineFilter[name] } = {}
  const told: PawlRecord = {}
  const { command, run, code, outcome } = words
  for (const name of ['since', 'until'] as const) {
    const written = words[name]
    if (written === undefined) continue
    const at = momentOf(written, now)
    if (at === null)
      return wrong(`--${name} is a date as 2026-11-21, or a length of time ago as 2h or 7d, not ${written}`)
    filter[name] = at
    told[name] = new Date(at).toISOString()
  }
  if (filter.since !== undefined && filter.until !== undefined && filter.since >= filter.until)
    return wrong('--since is not before --until: nothing lies between them')
  if (run !== undefined) {
    if (!RUN_ID.test(run)) return wrong('--run is a run id, like r_0123456789abcdef')
    filter.run = told.run = run
  }
  if (code !== undefined) {
    const wanted = code.replace(/\*$/, '')
    if (!CODES.has(wanted) && !FAMILIES.has(wanted)) return wrong(unknownCode(wanted))
    filter.code = wanted
    told.code = code
  }
  if (outcome !== undefined) {
    if (!OUTCOMES.has(outcome)) return wrong(unknownOutcome(outcome))
    filter.outcome = told.outcome = outcome
  }
  if (command !== undefined) {
    const key = command.trim().replace(/[\s:]+/g, ':')
    if (!COMMAND.test(key)) return wrong('--command is the name of a command, as deploy or "pack install"')
    filter.command = told.command = key
  }
  return { ok: true, filter, told }
}

/** Milliseconds since 1970 of a moment, where a plain length of time is one ago; null for what is no moment. */
function momentOf(written: string, now: number): number | null {
  const ago = parseDuration(written)
  return ago === null ? readMoment(written, now) : now - ago
}

function wrong(why: string): FilterReading {
  return { ok: false, why }
}

function unknownCode(code: string): string {
  const near = nearest(code, AUDIT_CODES)
  return `there is no code ${code}: ${near === null ? 'docs/audit.md lists them; lock.* stands for all that begin so' : `did you mean ${near}?`}`
}

function unknownOutcome(outcome: string): string {
  const near = nearest(outcome, OUTCOMES)
  const advice = near === null ? 'write what a code says behind its dot' : `did you mean ${near}?`
  return `there is no outcome ${outcome}: ${advice} (allowed, denied, succeeded, failed, timed_out, cancelled, expired, lost, refused …)`
}
