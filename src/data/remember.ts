/** Remembers what a pure function made of a text, so that a thousand records do not read the same option a thousand times. Pure but for that memory. */

/** A pipeline has ten stages; a few lines at once stay remembered too. */
const REMEMBERED_MAX = 64

/**
 * The same function, with its last answers kept.
 *
 * @example const readPath = remember(parsePath)
 */
export function remember<V>(make: (text: string) => V): (text: string) => V {
  const kept = new Map<string, V>()
  return function remembered(text) {
    const known = kept.get(text)
    if (known !== undefined) return known
    const value = make(text)
    if (kept.size >= REMEMBERED_MAX) kept.clear()
    kept.set(text, value)
    return value
  }
}
