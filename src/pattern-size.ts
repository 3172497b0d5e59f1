/** How much a pattern grows when it is compiled: RE2 writes out each repeat as often as it counts. Pure. */

/** Escapes (with their braces), classes, groups with their flags, repeats, everything else. */
const TOKENS =
  /(\\(?:[pPx]\{[^}]*\}|[pP][A-Z]|[\s\S]))|(\[\^?\]?(?:\\[\s\S]|\[:[^\]]*:\]|[^\]\\])*\])|(\((?:\?[^:)=!]*:)?)|(\))|\{(\d+)(?:,(\d*))?\}|([\s\S])/g

/**
 * The number of characters and classes of a pattern once its counted repeats are written out; never less than the compiler makes of
 * it, and as good as that for a pattern that does not compile.
 *
 * @example sizeOf('(a{10}b){3}') // 33
 */
export function sizeOf(source: string): number {
  /** Of each open group, what is in it; the last entry is the innermost. */
  const open = [0]
  /** What a repeat repeats. */
  let last = 0
  const add = (size: number) => {
    open.push((open.pop() ?? 0) + size)
    last = size
  }
  for (const [, escaped, set, start, end, from, to, other] of source.matchAll(TOKENS)) {
    if (start !== undefined) open.push(0)
    else if (end !== undefined) {
      const inner = open.length > 1 ? (open.pop() ?? 0) : 0
      add(Math.max(inner, 1))
    } else if (from !== undefined) {
      // `{3,}` is three of it and a loop.
      const times = to === undefined ? Number(from) : to === '' ? Number(from) + 1 : Number(to)
      add(last * Math.max(times - 1, 0))
      last *= Math.max(times, 1)
    } else if (escaped !== undefined || set !== undefined || !'*+?|'.includes(other ?? '')) add(1)
  }
  return open.reduce((sum, size) => sum + size, 0)
}
