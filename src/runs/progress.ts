/**
 * One message per job, edited in place: interim words are coalesced to what the platforms allow, and losing one does no harm. None
 * is ever left standing over the end.
 * Network: the platform's courier, D1 (to keep where the message is).
 */
import type { Address } from '../chat/invocation.ts'
import type { Reply } from '../chat/reply.ts'
import type { Database } from '../db/database.ts'
import { keepInterimMessage, type RunRow, selectRun } from '../db/runs.ts'
import type { MessageRef } from './courier.ts'
import { send } from './deliver.ts'
import { EDIT_MS, FIRST_WORD_MS, PROGRESS_INTERVAL_MS, SETTLE_MS, UNSURE_MS } from './limits.ts'
import { joinPace } from './pace.ts'
import { running } from './replies.ts'
import { messageOf, type Services } from './services.ts'
import { isTerminal } from './state.ts'

/** A note that a platform wants later than this is lost: losing one does no harm. */
const FLUSH_MS = PROGRESS_INTERVAL_MS + FIRST_WORD_MS
const FLUSH_STEP_MS = 50

export interface ProgressNote {
  readonly text: string
  readonly fraction?: number
}

export interface Progress {
  /** Notes how far it is; what is shown is the newest note, with the pause of `pace.ts` between two. Never waits. */
  show(note: ProgressNote | null): void
  /** Waits until the newest note has been shown, but not for long. */
  flushed(): Promise<void>
  /** Ends it: waits for the edit in flight, and until the chat can be spoken to; says where the message is. */
  settled(): Promise<MessageRef | null>
  /** After that: until when the platform wants to hear nothing, in milliseconds since 1970; 0 when it said nothing. */
  hushed(): number
  /** After that, for who has lost the run: an end that a word of this consumer may stand over is said again. Never throws. */
  yielded(): Promise<void>
}

export interface ProgressPlace {
  readonly run: string
  readonly line: string
  readonly address: Address
  /** Where the run's message is, as stored; null when only the HTTP response has spoken. */
  readonly message: string | null
  /** Milliseconds since 1970, when the request came. */
  readonly createdAt: number
  /** `slack:T…`: whose jobs share what the platform allows. */
  readonly workspace: string
  /** A private job is told once, at its end: what only one person sees cannot be edited on every platform. */
  readonly quiet: boolean
  /** True while the claim surely lasts so many milliseconds: until then nobody else tells the end. */
  readonly lasts: (ms: number) => boolean
}

export function createProgress(
  services: Services,
  db: Database,
  { run, line, address, message, createdAt, workspace, quiet, lasts }: ProgressPlace,
): Progress {
  let ref: MessageRef | null = message === null ? 'deferred' : (JSON.parse(message) as MessageRef)
  let kept = message
  const pace = joinPace(services, workspace)
  let notBefore = createdAt + FIRST_WORD_MS
  let hush = 0
  let newest: { note: ProgressNote | null } | null = null
  let timer: ReturnType<typeof setTimeout> | null = null
  let flight: Promise<void> | null = null
  let over = false
  let unsure = false
  let spoke = false

  async function edit(note: ProgressNote | null): Promise<void> {
    try {
      // A consumer that was away for a while may have been replaced, and the end been told.
      if (!lasts(EDIT_MS)) return
      const delivery = await send(services, { address, reply: running(run, line, note), message: ref })
      const now = services.now()
      hush = delivery.outcome === 'retry' && delivery.afterMs !== undefined ? now + delivery.afterMs : 0
      notBefore = Math.max(now + pace.interval(), hush)
      unsure = delivery.outcome === 'retry' && delivery.reason === 'timeout'
      if (delivery.outcome === 'delivered') ref = delivery.message
      spoke ||= unsure || delivery.outcome === 'delivered'
      if (!lasts(0)) await mend()
      if (delivery.outcome !== 'delivered') return
      const text = JSON.stringify(ref)
      if (text !== kept) await keepInterimMessage(db, run, text).run()
      kept = text
    } catch (error) {
      services.log('progress not shown', { run, error: messageOf(error) })
    } finally {
      flight = null
      schedule()
    }
  }

  /** If somebody else has ended the run, that is said again where this consumer's word stands: it may have come after it. */
  async function mend(): Promise<void> {
    const row = await selectRun(db, run).first<RunRow>()
    if (!row || !isTerminal(row.state) || row.reply === null) return
    const where = ref === 'deferred' && row.message !== null ? (JSON.parse(row.message) as MessageRef) : ref
    await send(services, { address, reply: JSON.parse(row.reply) as Reply, message: where })
  }

  function schedule(): void {
    if (over || newest === null || flight !== null || timer !== null) return
    timer = setTimeout(
      () => {
        timer = null
        if (newest === null || over) return
        const { note } = newest
        newest = null
        flight = edit(note)
      },
      Math.max(0, notBefore - services.now()),
    )
  }

  return {
    show(note) {
      if (quiet) return
      newest = { note }
      schedule()
    },
    async flushed() {
      const until = services.now() + FLUSH_MS
      while ((newest !== null || flight !== null) && services.now() < until) await (flight ?? pause(FLUSH_STEP_MS))
    },
    async settled() {
      over = true
      pace.leave()
      if (timer !== null) clearTimeout(timer)
      // An edit in flight must not overtake the final answer, nor that the answer to the request.
      if (flight !== null) await Promise.race([flight, pause(SETTLE_MS)])
      if (unsure) await pause(UNSURE_MS)
      const early = createdAt + FIRST_WORD_MS - services.now()
      // No longer, should the clock have been set back since.
      if (early > 0) await pause(Math.min(early, FIRST_WORD_MS))
      return ref
    },
    hushed: () => hush,
    async yielded() {
      if (!spoke) return
      try {
        await mend()
      } catch (error) {
        services.log('end not said again', { run, error: messageOf(error) })
      }
    },
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}
