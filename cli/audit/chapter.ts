/** What the log says of itself in its events: changes of its key, words that were erased, lines that were pruned. Pure. */
import type { Json, PawlRecord } from '../../src/json.ts'
import type { SeqRange } from './seq-range.ts'

/** These are in every export, whatever was asked for: without them a reader cannot tell what belongs to the log's own life. */
export const CHAPTER_CODES = ['log.started', 'log.key_rotated', 'audit.erased', 'audit.pruned'] as const

/** Where in a file and in the log. */
interface Place {
  readonly line: number
  readonly seq: number
}

export type Chapter = Place &
  (
    | { readonly kind: 'rotation'; readonly oldKey: string; readonly newKey: string }
    /** `sealed` is false while the event of it stands behind the newest checkpoint. */
    | { readonly kind: 'erasure'; readonly sealed: boolean; readonly seqs: readonly SeqRange[] }
    | { readonly kind: 'pruning'; readonly to: number }
  )

/** What an event tells of the log; null for all others. */
export function readChapter(event: PawlRecord, place: Place, sealed: boolean): Chapter | null {
  switch (event.code) {
    case 'log.key_rotated':
      return sealed
        ? { ...place, kind: 'rotation', oldKey: String(event.old_key), newKey: String(event.new_key) }
        : null
    case 'audit.erased':
      return { ...place, kind: 'erasure', sealed, seqs: before(place.seq, readSeqs(event.seqs)) }
    case 'audit.pruned':
      return sealed && typeof event.to === 'number' && event.to < place.seq
        ? { ...place, kind: 'pruning', to: event.to }
        : null
    default:
      return null
  }
}

/** What a line says of lines behind it, nobody can have done yet. */
function before(seq: number, ranges: readonly SeqRange[]): SeqRange[] {
  return ranges.filter(([first]) => first < seq).map(([first, last]) => [first, Math.min(last, seq - 1)])
}

/** `1-3,7` */
function readSeqs(value: Json | undefined): SeqRange[] {
  return [...String(value).matchAll(/(\d+)(?:-(\d+))?/g)].map(([, first, last]) => [
    Number(first),
    Number(last ?? first),
  ])
}
