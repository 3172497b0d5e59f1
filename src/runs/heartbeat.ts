/** Keeps a claim and its locks alive, and carries a cancellation to the handler. Network: D1, the locks; timers. */
import type { Claim } from '../db/guard.ts'
import { extendClaim, selectClaim } from '../db/runs.ts'
import type { Journal } from './journal.ts'
import { CLAIM_LEASE_MS, HEARTBEAT_MS } from './limits.ts'
import { messageOf, type Services } from './services.ts'

/** Why the signal fired: somebody cancelled, or (null) the claim was lost. */
export interface Cancelled {
  readonly cancelledBy: string
}

/** A claim is given up this long before it lapses, so that two consumers never overlap. */
const LEASE_MARGIN_MS = 5_000

export interface Heartbeat {
  readonly signal: AbortSignal
  /** True while nobody else can take the claim over for so many milliseconds, whatever becomes of the next beats. */
  lasts(ms: number): boolean
  /** Resolves when the beat under way is over: then nothing shortens a lock's lease any more. */
  stop(): Promise<void>
}

/**
 * Beats every {@link HEARTBEAT_MS} until stopped; the signal's reason is a {@link Cancelled} or null. Each beat renews the
 * locks and hears whether one has passed on; every other one extends the claim, which is two rows written in D1, and the one before it
 * only looks. An extension that fails is made up for by the next beat. Log lines that wait are written on the way.
 */
export function heartbeat(
  services: Pick<Services, 'now' | 'log' | 'openDb' | 'lock'>,
  claim: Claim,
  journal: Pick<Journal, 'hasLines' | 'write'>,
): Heartbeat {
  const controller = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  let stopped = false
  let good = services.now()
  let hasLooked = false
  let beating: Promise<void> = Promise.resolve()
  // Apart from the beats: a call that hangs must not keep a lost claim going.
  let watchdog = watch()
  function watch(): ReturnType<typeof setTimeout> {
    return setTimeout(() => controller.abort(null), CLAIM_LEASE_MS - LEASE_MARGIN_MS)
  }
  const check = async (): Promise<Standing> => {
    if (!hasLooked) {
      hasLooked = true
      const state = await look(services, claim)
      // Who is asked to stop gets a whole lease for that.
      if (state === 'held' || state === null) return state
    }
    const next = watch()
    const asked = services.now()
    try {
      const state = await extend(services, claim)
      clearTimeout(stopped ? next : watchdog)
      if (!stopped) watchdog = next
      if (state === 'held') good = asked
      hasLooked = false
      return state
    } catch (error) {
      clearTimeout(next)
      throw error
    }
  }
  const beat = async () => {
    try {
      const state = await check()
      if (state !== 'held') controller.abort(state)
      else if (journal.hasLines()) await writeLines()
    } catch (error) {
      // One missed beat is survivable; the watchdog of the last extension ends the claim before somebody else takes it.
      services.log('heartbeat failed', { run: claim.run, error: messageOf(error) })
    }
    if (!stopped && !controller.signal.aborted) later()
  }
  const writeLines = async () => {
    try {
      await journal.write()
    } catch (error) {
      // They wait for the next beat, the next step or the end.
      services.log('log lines not written', { run: claim.run, error: messageOf(error) })
    }
  }
  const later = () => {
    timer = setTimeout(() => {
      beating = beat()
    }, HEARTBEAT_MS)
  }
  later()
  return {
    signal: controller.signal,
    lasts: (ms) => !stopped && services.now() + ms < good + CLAIM_LEASE_MS,
    async stop() {
      stopped = true
      clearTimeout(timer)
      clearTimeout(watchdog)
      await beating
    },
  }
}

/** How a claim stands: held, to be given up because somebody has asked for that, or (null) lost. */
type Standing = 'held' | Cancelled | null

async function look(services: Pick<Services, 'openDb' | 'lock'>, claim: Claim): Promise<Standing> {
  if (!(await holdsLocks(services, claim))) return null
  return standingOf(await selectClaim(services.openDb(), claim).first<ClaimRow>())
}

async function extend(services: Pick<Services, 'now' | 'openDb' | 'lock'>, claim: Claim): Promise<Standing> {
  if (!(await holdsLocks(services, claim))) return null
  const dueAt = services.now() + CLAIM_LEASE_MS
  const statement = extendClaim(services.openDb(), { ...claim, dueAt })
  return standingOf(await statement.first<ClaimRow>())
}

/** Renews the locks: all of them are held, or none of what is done is safe. */
async function holdsLocks({ lock }: Pick<Services, 'lock'>, { run, held }: Claim): Promise<boolean> {
  const renewed = await Promise.all(held.map(({ key, epoch }) => lock(key).renew(run, epoch)))
  return !renewed.includes(false)
}

interface ClaimRow {
  readonly cancel_by: string | null
}

function standingOf(row: ClaimRow | null): Standing {
  if (!row) return null
  return row.cancel_by === null ? 'held' : { cancelledBy: row.cancel_by }
}
