/** Keeps a claim and its locks alive, and carries a cancellation to the handler. Network: D1, the locks; timers. */
import { extendClaim, type HeldLock } from '../db/runs.ts'
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
  stop(): void
}

interface Claim {
  readonly run: string
  readonly attempt: number
  readonly held: readonly HeldLock[]
}

/** Beats every {@link HEARTBEAT_MS} until stopped; the signal's reason is a {@link Cancelled} or null. */
export function heartbeat(services: Services, claim: Claim): Heartbeat {
  const controller = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  let stopped = false
  // Apart from the beats: a call that hangs must not keep a lost claim going.
  let watchdog = watch()
  function watch(): ReturnType<typeof setTimeout> {
    return setTimeout(() => controller.abort(null), CLAIM_LEASE_MS - LEASE_MARGIN_MS)
  }
  const beat = async () => {
    const next = watch()
    try {
      const state = await extend(services, claim)
      clearTimeout(stopped ? next : watchdog)
      if (!stopped) watchdog = next
      if (state !== 'held') controller.abort(state)
    } catch (error) {
      // One missed beat is survivable; the watchdog of the last good one ends the claim before somebody else takes it.
      clearTimeout(next)
      services.log('heartbeat failed', { run: claim.run, error: messageOf(error) })
    }
    if (!stopped && !controller.signal.aborted) timer = setTimeout(beat, HEARTBEAT_MS)
  }
  timer = setTimeout(beat, HEARTBEAT_MS)
  return {
    signal: controller.signal,
    stop() {
      stopped = true
      clearTimeout(timer)
      clearTimeout(watchdog)
    },
  }
}

async function extend(services: Services, { run, attempt, held }: Claim): Promise<'held' | Cancelled | null> {
  // All of them, or none of what is done is safe.
  const renewed = await Promise.all(held.map(({ key, epoch }) => services.lock(key).renew(run, epoch)))
  if (renewed.includes(false)) return null
  const dueAt = services.now() + CLAIM_LEASE_MS
  const statement = extendClaim(services.openDb(), { run, attempt, held, dueAt })
  const row = await statement.first<{ cancel_by: string | null }>()
  if (!row) return null
  return row.cancel_by === null ? 'held' : { cancelledBy: row.cancel_by }
}
