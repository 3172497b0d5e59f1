/** Work that somebody waits for only so long. Touches a timer. */

/**
 * What the work gives within so many milliseconds; rejects when it does not, and fires the work's signal.
 *
 * @example await within(1_800, (signal) => fetch(url, { signal }))
 */
export async function within<T>(ms: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const abort = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const error = new Error(`took longer than ${ms} ms`)
      // First: what stops because of the signal has failed already.
      reject(error)
      abort.abort(error)
    }, ms)
  })
  try {
    return await Promise.race([work(abort.signal), late])
  } finally {
    clearTimeout(timer)
  }
}
