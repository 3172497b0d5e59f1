/** The keys of a log: from the one that the reader trusts, along the changes that the log tells of. Pure but for WebCrypto. */
import { formatVerifierKey, parseVerifierKey, type VerifierKey } from '../../src/audit/note.ts'
import type { Problem, Scan } from './scan-result.ts'

/** The first key first; `from[i]` is the line of the log with which key i + 1 came. */
export interface KeyChain {
  readonly keys: readonly VerifierKey[]
  readonly from: readonly number[]
}

export type Chained =
  | { readonly ok: true; readonly chain: KeyChain; readonly known: boolean }
  | { readonly ok: false; readonly problem: Problem }

/**
 * The keys that the files tell of; where they tell of no change it is the trusted one alone.
 *
 * @returns `known` is whether the trusted key is one of them
 */
export async function chainOf(scans: readonly Scan[], trusted: VerifierKey): Promise<Chained> {
  const rotations = rotationsIn(scans)
  const keys: VerifierKey[] = []
  for (const { file, line, seq, oldKey, newKey } of rotations) {
    const problem = (why: string): Chained => ({ ok: false, problem: { file, line, seq, why } })
    const [before, after] = await Promise.all([parseVerifierKey(oldKey), parseVerifierKey(newKey)])
    if (!before.ok || !after.ok) return problem('it names a key of the log that is none')
    const last = keys.at(-1) ?? before.key
    if (formatVerifierKey(last) !== oldKey)
      return problem('the key that it says was changed was not the key of the log')
    keys.push(...(keys.length === 0 ? [last] : []), after.key)
  }
  if (keys.length === 0) keys.push(trusted)
  const known = keys.some((key) => formatVerifierKey(key) === formatVerifierKey(trusted))
  return { ok: true, chain: { keys, from: rotations.map(({ seq }) => seq) }, known }
}

/** The changes of key in all the files, each once, in order. */
function rotationsIn(scans: readonly Scan[]) {
  const rotations = scans.flatMap(({ file, chapters }) =>
    chapters.flatMap((chapter) => (chapter.kind === 'rotation' ? [{ ...chapter, file }] : [])),
  )
  return [...new Map(rotations.map((rotation) => [rotation.seq, rotation])).values()].sort((a, b) => a.seq - b.seq)
}

/** The keys that must have signed a checkpoint: the one of the lines before it, and each that came with a line since. */
export function signersOf(
  { keys, from }: KeyChain,
  previous: number,
  size: number,
): { readonly needed: readonly VerifierKey[]; readonly changed: boolean } {
  const first = from.filter((seq) => seq <= previous).length
  const last = from.filter((seq) => seq <= size).length
  return { needed: keys.slice(first, last + 1), changed: last > first }
}
