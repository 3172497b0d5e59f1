/**
 * A clock that runs a number of times as fast as the wall's, so that a job of forty minutes can be watched in three. The simulator
 * and `fast-worker.ts` go by the same one: they are told the same beginning and the same speed. Pure.
 */

export interface Pace {
  /** Milliseconds since 1970 when both clocks showed the same. */
  readonly since: number
  /** Seconds of this clock in a second of the wall's. */
  readonly speed: number
}

/** Beyond this a claim's lease (30 s, renewed every 5 s) is too short for the machine that keeps it. */
export const SPEED_MAX = 60

/** Names of the settings that tell the fast worker its pace; the product knows neither. */
export const PACE_SINCE = 'PACE_SINCE'
export const PACE_SPEED = 'PACE_SPEED'

/** What the fast clock shows at a time of the wall's. */
export function fastTime({ since, speed }: Pace, wall: number): number {
  return since + Math.round((wall - since) * speed)
}

/** When the wall's clock is to show what the fast one shows now or later. */
export function wallTime({ since, speed }: Pace, fast: number): number {
  return since + Math.ceil((fast - since) / speed)
}

/** A queue's delay in seconds of the wall, for one in seconds of the fast clock; queues know whole seconds only. */
export function wallDelay({ speed }: Pace, seconds: number): number {
  return Math.ceil(seconds / speed)
}

/** The pace among a worker's settings. @throws when it is not there: this worker is of no use without */
export function readPace(settings: object): Pace {
  const [since, speed] = [PACE_SINCE, PACE_SPEED].map((name) => Number(Reflect.get(settings, name)))
  if (!since || !speed)
    throw new Error(`the fast worker needs ${PACE_SINCE} and ${PACE_SPEED}: start it with launch({ speed })`)
  return { since, speed }
}

/** The same pace as settings. */
export function paceSettings({ since, speed }: Pace): Record<string, string> {
  return { [PACE_SINCE]: String(since), [PACE_SPEED]: String(speed) }
}
