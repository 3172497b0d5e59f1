/**
 * Time and ids for the simulator. The clock is passed in; ids grow with it, so that they never repeat between two starts
 * that share a database.
 */

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
  /** Resolves after `ms` milliseconds, or at once when the signal fires. */
  wait(ms: number, signal?: AbortSignal): Promise<void>
}

/** Waiting with the runtime's own timers. */
export function timerWait(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve()
    const timer = setTimeout(resolve, ms)
    signal?.addEventListener(
      'abort',
      () => {
        clearTimeout(timer)
        resolve()
      },
      { once: true },
    )
  })
}

/** Discord's ids count milliseconds from the start of 2015 in their upper 42 bits. */
const DISCORD_EPOCH_MS = 1_420_070_400_000

export interface Ids {
  /** `1732170000.000042`: a Slack message's `ts`, unique in the workspace. */
  slackTs(): string
  /** `1732170000123.42.6f…`: what Slack sends as `trigger_id`. */
  slackTrigger(): string
  /** `Ev…`. */
  slackEvent(): string
  /** 18 or 19 digits. */
  snowflake(): string
  /** Hard to guess, for response_url and interaction tokens. */
  token(): string
}

export function createIds({ now }: Pick<Clock, 'now'>): Ids {
  let count = 0
  const next = () => {
    count = (count + 1) % 1_000_000
    return count
  }
  const hex = (bytes: number) =>
    [...crypto.getRandomValues(new Uint8Array(bytes))].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  return {
    slackTs: () => `${Math.floor(now() / 1_000)}.${String(next()).padStart(6, '0')}`,
    slackTrigger: () => `${now()}.${next()}.${hex(16)}`,
    slackEvent: () => `Ev${now().toString(36).toUpperCase()}${hex(4).toUpperCase()}`,
    // 12 bits count within a millisecond; the ten above them tell worker and process apart, here chance does.
    snowflake: () => String((BigInt(now() - DISCORD_EPOCH_MS) << 22n) | (BigInt(next()) & 0x3fffffn)),
    token: () => hex(24),
  }
}
