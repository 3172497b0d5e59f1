/** Waiting inside a handler. Touches the timer, nothing else. */

/**
 * Resolves after `ms` milliseconds; rejects with the signal's reason as soon as it fires, so that a cancelled run does
 * not linger.
 *
 * @example await wait(2_000, ctx.signal)
 */
export function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason)
    const abort = () => {
      clearTimeout(timer)
      reject(signal.reason)
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', abort)
      resolve()
    }, ms)
    signal.addEventListener('abort', abort, { once: true })
  })
}
