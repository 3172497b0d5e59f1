/**
 * Trouble on demand: the next n calls of an API method fail, wait, or get lost. State in memory; waits on the clock given.
 */
import type { Clock } from './clock.ts'

export interface Fault {
  /** Answer with this status instead of serving: 429, 500, 503, … */
  readonly status?: number
  /** With 429: what Retry-After says, in seconds. */
  readonly retryAfter?: number
  /** Wait before going on. */
  readonly delayMs?: number
  /** Lose the request (`true`: before it has an effect), or only the answer (`'after'` it had its effect). */
  readonly drop?: true | 'after'
}

/** The connection broke: whoever serves the simulator closes the socket without an answer. */
export class Dropped extends Error {
  override readonly name = 'Dropped'
}

export interface Faults {
  /**
   * Lets the next `times` calls of a method go wrong. Methods: `slack.chat.postMessage` (any Web API method),
   * `slack.response_url`, `discord.original.edit`, `discord.followup.post`, `discord.channel.post`, `discord.channel.edit`,
   * … and `slack.*`, `discord.*` for any.
   * @example simulator.faults.next('slack.chat.postMessage', { status: 429, retryAfter: 2 })
   */
  next(method: string, fault: Fault, times?: number): void
  /** Forgets what has not happened yet. */
  clear(): void
}

export interface FaultDesk extends Faults {
  /** Serves one call through whatever is due for its method. */
  around(
    method: string,
    refuse: (fault: Fault & { status: number }) => Response,
    serve: () => Promise<Response>,
  ): Promise<Response>
}

export function createFaults({ wait }: Clock): FaultDesk {
  const due: { method: string; fault: Fault; left: number }[] = []
  const take = (method: string): Fault | null => {
    const family = `${method.split('.')[0]}.*`
    const found = due.find((entry) => entry.left > 0 && (entry.method === method || entry.method === family))
    if (!found) return null
    found.left -= 1
    return found.fault
  }
  return {
    next: (method, fault, times = 1) => void due.push({ method, fault, left: times }),
    clear: () => void due.splice(0),
    async around(method, refuse, serve) {
      const fault = take(method)
      if (!fault) return serve()
      if (fault.delayMs) await wait(fault.delayMs)
      if (fault.drop === true) throw new Dropped(`${method}: the connection broke before the request was read`)
      if (fault.status) return refuse({ ...fault, status: fault.status })
      const response = await serve()
      if (fault.drop === 'after') throw new Dropped(`${method}: the connection broke before the answer was sent`)
      return response
    },
  }
}
