/**
 * What a handler works with to survive: `step`, `sleep`, `poll`, `log`, `effectKey`, for one call of one stage. Network: D1,
 * through the journal; timers.
 *
 * A job that goes on in another attempt calls its handler from the beginning. Until that has come past the last step which is
 * stored, it repeats what was done and said: its log lines and progress are left out.
 */
import type { Context, Found } from '../command/command.ts'
import { formatDuration, parseDuration } from '../command/duration.ts'
import { CommandFailure } from '../command/failure.ts'
import { wait } from '../command/wait.ts'
import type { StepRow } from '../db/steps.ts'
import type { CallPlace } from '../engine/pipeline.ts'
import { scrub } from '../engine/scrub.ts'
import type { Json, StepValue } from '../json.ts'
import type { Journal } from './journal.ts'
import { POLL_IN_PLACE_MS, STEP_MAX_BYTES, WAIT_IN_PLACE_MS } from './limits.ts'
import { bytesOf } from './room.ts'
import type { Services } from './services.ts'

export type CallTools = Pick<Context, 'progress' | 'log' | 'effectKey' | 'step' | 'sleep' | 'poll'>

interface CallFacts extends CallPlace {
  readonly run: string
  readonly signal: AbortSignal
  readonly progress: Context['progress']
}

/** A name is shown in `run show`, and `#` marks those that Pawl gives itself. */
const NAME = /^[^#\p{Cc}]{1,100}$/u

/** What a wait keeps. Milliseconds since 1970. */
interface Waiting {
  readonly since: number
  readonly until: number
}

/** The tools of a call. */
export function toolsOf(services: Services, journal: Journal, facts: CallFacts): CallTools {
  const { run, stage, call, command, args, signal, progress } = facts
  const { now } = services
  const ahead = new Set(journal.storedNames(stage, call))
  const seen = new Set<string>()
  let sleeps = 0
  let polls = 0
  /** Pieces of work under way: what is at work must not be put aside. */
  let working = 0
  let gone = false
  /** False once it does what no earlier attempt has done. */
  let replaying = true

  const isReplay = () => replaying && ahead.size > 0

  /** What is stored of a step that the handler has come to. */
  function reach(name: string) {
    signal.throwIfAborted()
    if (seen.has(name))
      throw new Error(`the step "${name}" was there already in this call: give each step a name of its own`)
    seen.add(name)
    const row = journal.stored(stage, call, name)
    if (row) ahead.delete(name)
    else if (!name.startsWith('sleep#')) replaying = false
    return row
  }

  /** Puts the run aside, and its handler with it: the promise never settles, so there is nothing to catch. */
  function suspend(name: string, waiting: Waiting | null, until: number): Promise<never> {
    if (waiting) keep(name, 'waiting', { ...waiting })
    gone = true
    journal.suspend({ until, stage, step: name })
    return forever()
  }

  function keep(name: string, state: 'done' | 'waiting', value: Json | undefined): void {
    journal.keep({ stage, call, name, state, value })
  }

  /** What is done and was not kept would be done again by another attempt: there must not be one, whatever the handler catches. */
  function refuse(name: string, error: Error): Error {
    journal.giveUp(`the step "${name}" is done and could not be kept (${error.message})`)
    return error
  }

  /** Stores what a step gave, and gives it back as a later attempt will see it. */
  async function store<T>(name: string, value: T): Promise<T> {
    const stored = keptValue(name, value)
    if (!(await journal.write())) {
      signal.throwIfAborted()
      throw new Error(`the step "${name}" could not be stored: another attempt has taken over`)
    }
    return stored as T
  }

  function keptValue(name: string, value: unknown): Json | undefined {
    try {
      const text = JSON.stringify(value)
      const bytes = bytesOf(text ?? '')
      if (bytes > STEP_MAX_BYTES)
        throw new Error(`the step "${name}" gave ${bytes} bytes of JSON: at most ${STEP_MAX_BYTES} are stored`)
      const stored = text === undefined ? undefined : (JSON.parse(text) as Json)
      keep(name, 'done', stored)
      return stored
    } catch (error) {
      throw refuse(name, error as Error)
    }
  }

  async function work<T>(fn: () => Promise<T> | T): Promise<T> {
    working++
    try {
      return await fn()
    } finally {
      working--
    }
  }

  /** Waits, here or in another attempt: in place what is left at this time, if it is shorter than `inPlaceMs`. */
  async function pause(name: string, waiting: Waiting, at: number, inPlaceMs: number): Promise<void> {
    const left = waiting.until - at
    const isTired = journal.tired() && working === 0
    const putAside = journal.claim !== null && (left >= inPlaceMs || isTired)
    if (left <= 0 && !putAside) return
    if (putAside) {
      if (working > 0)
        throw new Error(`${name} would put the run aside while another step is at work: await that one first`)
      await suspend(name, waiting, waiting.until)
    }
    await wait(left, signal)
  }

  return {
    effectKey: `${run}/${stage}/${call}`,
    async progress(text, fraction) {
      if (!gone && !isReplay()) await progress(text, fraction)
    },
    log(text) {
      if (!gone && !isReplay()) journal.log(stage, scrub(command, args, String(text)))
    },
    async step<T extends StepValue>(name: string, fn: () => Promise<T> | T): Promise<T> {
      if (gone) return await forever()
      if (!NAME.test(name)) throw new Error(`"${name}" is no name of a step: write 1 to 100 characters, without #`)
      const row = reach(name)
      if (row) return storedValue(row.value) as T
      if (journal.claim !== null && working === 0 && journal.tired()) return await suspend(name, null, now())
      // Before it has done anything.
      journal.reserve({ stage, call, name })
      // Until it is stored it is at work.
      return await work(async () => await store(name, await fn()))
    },
    async sleep(duration) {
      if (gone) return await forever()
      const name = `sleep#${++sleeps}`
      const ms = lengthOf('ctx.sleep', duration)
      const row = reach(name)
      if (row?.state === 'done') return
      // A short one that was waited for in place, before a step that is stored.
      if (!row && isReplay()) return
      replaying = false
      const since = now()
      await pause(name, row ? waitingOf(row) : { since, until: since + ms }, since, WAIT_IN_PLACE_MS)
      if (row) keep(name, 'done', undefined)
    },
    async poll<T extends StepValue>(
      every: string,
      fn: () => Promise<T> | T,
      { timeout }: { readonly timeout?: string } = {},
    ): Promise<Found<T>> {
      if (gone) return await forever()
      const name = `poll#${++polls}`
      const everyMs = lengthOf('ctx.poll', every)
      const limit = timeout === undefined ? Number.POSITIVE_INFINITY : lengthOf('the timeout of ctx.poll', timeout)
      const row = reach(name)
      if (row?.state === 'done') return storedValue(row.value) as Found<T>
      let at = now()
      let waiting = row ? waitingOf(row) : { since: at, until: at }
      for (;;) {
        await pause(name, waiting, at, POLL_IN_PLACE_MS)
        signal.throwIfAborted()
        const value = await work(fn)
        if (value !== undefined && value !== null && value !== false)
          return await work(() => store(name, value as Found<T>))
        const ends = waiting.since + limit
        at = now()
        if (at >= ends) throw new CommandFailure(`what it waited for did not come within ${formatDuration(limit)}`)
        waiting = { since: waiting.since, until: Math.min(at + everyMs, ends) }
      }
    },
  }
}

function forever(): Promise<never> {
  return new Promise(() => {})
}

function storedValue(text: string | null): Json | undefined {
  return text === null ? undefined : (JSON.parse(text) as Json)
}

/** Only {@link toolsOf} writes it. */
function waitingOf({ value }: Pick<StepRow, 'value'>): Waiting {
  return JSON.parse(value ?? '') as Waiting
}

function lengthOf(what: string, text: string): number {
  const ms = parseDuration(text)
  if (ms === null || ms === 0) throw new Error(`${what} got "${text}": write a length of time, as '90s' or '2h'`)
  return ms
}
