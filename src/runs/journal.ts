/**
 * What an attempt keeps of a job while it works: finished steps, log lines, events. They are written together, one trip and one
 * change of the run, refused once somebody else has taken it over. Network: D1.
 *
 * Inline there is no claim: nothing is written before the end, and nobody is put aside.
 */
import { boundedEvents } from '../audit/bound.ts'
import type { AuditEvent } from '../audit/event.ts'
import type { Actor } from '../chat/invocation.ts'
import { recordChange } from '../db/change.ts'
import { commit, type Database } from '../db/database.ts'
import type { Change, Claim } from '../db/guard.ts'
import { insertLog, type LogLine, type LogState } from '../db/log.ts'
import { dropBefore, type NewStep, STAGE_RECORDS, type StepRow, upsertSteps } from '../db/steps.ts'
import type { Suspended } from '../engine/execute.ts'
import { CONSUMER_WORK_MS, LOG_MAX_BYTES, LOG_MAX_LINES } from './limits.ts'
import { bytesOf, createRoom, isOwn, isSuperseded, keyOf } from './room.ts'
import { messageOf, type Services } from './services.ts'

/** What earlier attempts have kept. */
export interface Kept {
  readonly steps: readonly StepRow[]
  readonly log: LogState
}

/** A run that starts. */
export const NOTHING_KEPT: Kept = { steps: [], log: { lines: 0, bytes: 0, cut: 0 } }

export interface Journal {
  /** The stored step of a call; undefined when no attempt has come to it. */
  stored(stage: number, call: number, name: string): StepRow | undefined
  /** The last stage of which the records are stored; 0 when there is none. */
  readonly storedStage: number
  /** The handler's own steps that earlier attempts have stored of a call. */
  storedNames(stage: number, call: number): string[]
  /** Counts a step of a handler before it is done. Throws a `CommandFailure` when a run keeps as many already. */
  reserve(step: Pick<NewStep, 'stage' | 'call' | 'name'>): void
  /**
   * Keeps a step; written with the next {@link Journal.write}. The records of a stage take the place of all that was kept to come
   * to them. Throws a `CommandFailure` when a run keeps too much.
   */
  keep(step: Pick<NewStep, 'stage' | 'call' | 'name' | 'state' | 'value'>): void
  /** Notes why something that is done was not kept: from now on this run cannot go on in another attempt. */
  giveUp(why: string): void
  /** The first such reason; null when everything was kept. */
  unkept(): string | null
  log(stage: number, text: string): void
  note(event: AuditEvent): void
  /** Writes all that waits; false when the claim is lost, and then nothing was written. Throws after {@link WRITE_TRIES}. */
  write(): Promise<boolean>
  /** True once a write was refused: another attempt, or another end, has taken the run over. */
  isLost(): boolean
  /** True when log lines wait to be written. */
  hasLines(): boolean
  /** What waits to be written, for the batch that ends the attempt. */
  rest(): Rest
  /** True when this consumer has worked for so long that the rest belongs into another one. */
  readonly tired: () => boolean
  /** Puts the run aside; the first one counts. */
  suspend(wait: Suspended): void
  readonly suspended: Promise<Suspended>
  /** Null inline. */
  readonly claim: Claim | null
}

export interface Rest {
  readonly steps: readonly NewStep[]
  readonly lines: readonly LogLine[]
  readonly events: readonly AuditEvent[]
}

/** How often, and after which growing pause, finished work is written when D1 fails: shorter than a claim. */
const WRITE_TRIES = 3
const WRITE_PAUSE_MS = 1_500

/** The journal of one attempt; `actor` is who asked for the run. */
export function createJournal(
  services: Services,
  db: Database,
  { claim, actor, kept }: { readonly claim: Claim | null; readonly actor: Actor; readonly kept: Kept },
): Journal {
  const startedAt = services.now()
  const rows = new Map(kept.steps.map((row) => [keyOf(row), row]))
  const room = createRoom(kept.steps)
  let { lines: logged, bytes: logBytes } = kept.log
  let cut = kept.log.cut === 1
  let steps: NewStep[] = []
  let lines: LogLine[] = []
  let events: AuditEvent[] = []
  // One after the other: what waits is written once.
  let writing: Promise<boolean> = Promise.resolve(true)
  let lost = false
  let unkept: string | null = null
  let putAside: (wait: Suspended) => void = () => {}
  const suspended = new Promise<Suspended>((resolve) => {
    putAside = resolve
  })

  function addLine(stage: number, text: string): void {
    lines.push({ seq: ++logged, at: services.now(), stage, text })
    logBytes += bytesOf(text)
  }

  async function writeOnce(held: Claim): Promise<boolean> {
    const batch = { steps, lines, events }
    if (steps.length + lines.length + events.length === 0) return true
    const change = { run: held.run, change: services.token() }
    const results = await commit(db, change.run, change.change, [
      ...recordChange(
        db,
        { ...held, ...change, from: ['running'], to: 'running' },
        boundedEvents(events, held.run, actor, services.now()),
      ),
      ...restStatements(db, change, batch),
    ])
    if (results[0] && results[0].meta.changes !== 1) {
      lost = true
      return false
    }
    steps = steps.filter((step) => !batch.steps.includes(step))
    lines = lines.filter((line) => !batch.lines.includes(line))
    events = events.filter((event) => !batch.events.includes(event))
    return true
  }

  return {
    claim,
    suspended,
    suspend: putAside,
    tired: () => services.now() - startedAt >= CONSUMER_WORK_MS,
    storedStage: Math.max(0, ...kept.steps.map(({ stage, name }) => (name === STAGE_RECORDS ? stage : 0))),
    stored: (stage, call, name) => rows.get(keyOf({ stage, call, name })),
    storedNames: (stage, call) =>
      kept.steps.flatMap((row) => (row.stage === stage && row.call === call && isOwn(row) ? [row.name] : [])),
    reserve(step) {
      if (claim !== null) room.take(step, 0)
    },
    keep(step) {
      if (claim === null) return
      room.take(step, step.value === undefined ? 0 : bytesOf(JSON.stringify(step.value)))
      if (step.name === STAGE_RECORDS) steps = steps.filter((one) => !isSuperseded(one, step.stage))
      steps.push({ ...step, at: services.now(), attempt: claim.attempt })
    },
    giveUp(why) {
      unkept ??= why
    },
    unkept: () => unkept,
    log(stage, text) {
      if (cut) return
      if (logged < LOG_MAX_LINES && logBytes + bytesOf(text) <= LOG_MAX_BYTES) return addLine(stage, text)
      cut = true
      addLine(0, `cut here: a run keeps ${LOG_MAX_LINES} lines and ${LOG_MAX_BYTES / 1024} KB of its log`)
    },
    note(event) {
      events.push(event)
    },
    isLost: () => lost,
    hasLines: () => lines.length > 0,
    rest: () => ({ steps, lines, events }),
    async write() {
      if (claim === null) return true
      const before = writing
      writing = (async () => {
        await before.catch(() => {}) // whoever asked for that one has been told
        for (let attempt = 1; ; attempt++) {
          try {
            return await writeOnce(claim)
          } catch (error) {
            if (attempt === WRITE_TRIES) throw error
            services.log('work not kept; trying again', { run: claim.run, error: messageOf(error) })
            await new Promise((resolve) => {
              setTimeout(resolve, WRITE_PAUSE_MS * attempt)
            })
          }
        }
      })()
      return await writing
    },
  }
}

/** Steps and log lines, for a batch that changes the run. */
export function restStatements(
  db: Database,
  change: Change,
  { steps, lines }: Pick<Rest, 'steps' | 'lines'>,
): D1PreparedStatement[] {
  const ended = steps.findLast(({ name }) => name === STAGE_RECORDS)
  return [
    ...(steps.length === 0 ? [] : [upsertSteps(db, change, steps)]),
    ...(ended ? [dropBefore(db, change, ended.stage)] : []),
    ...(lines.length === 0 ? [] : [insertLog(db, change, lines)]),
  ]
}
