/** Pages of something that is longer than one answer: cut where the answer is full, the same way each time. Pure. */
import type { Block } from '../chat/reply.ts'

/** One way to show a result. */
export interface Layout {
  /** What is counted on its pages, in the singular. */
  readonly unit: 'record' | 'line' | 'field'
  /** How many of them there are. */
  readonly total: number
  /** The blocks from there on, and how many they show: at least one where there is one, never more than fit. */
  from(at: number): { readonly blocks: readonly Block[]; readonly shown: number }
}

export interface Page {
  readonly blocks: readonly Block[]
  readonly unit: Layout['unit']
  readonly total: number
  /** The first and the last that it shows, counted from 1; `last` is 0 when there is nothing. */
  readonly first: number
  readonly last: number
  /** Counted from 1. */
  readonly number: number
  readonly isLast: boolean
}

/** A page by its number; null behind the last one. The first one is there even when it is empty. */
export function pageOf(layout: Layout, number: number): Page | null {
  const { unit, total } = layout
  let at = 0
  for (let n = 1; n <= number; n++) {
    if (n > 1 && at >= total) return null
    const { blocks, shown } = layout.from(at)
    const last = Math.min(total, at + Math.max(shown, 1))
    if (n === number) return { blocks, unit, total, first: at + 1, last, number, isLast: last >= total }
    at = last
  }
  return null
}

/** How many pages there are; at least one. */
export function pageCount(layout: Layout): number {
  let pages = 0
  for (let at = 0; pages === 0 || at < layout.total; pages++) at += Math.max(layout.from(at).shown, 1)
  return pages
}

/** `25 of 120 records`, `1 record`. */
export function countText({ unit, total }: Pick<Page, 'unit' | 'total'>, count: number): string {
  const units = `${total} ${unit}${total === 1 ? '' : 's'}`
  return count === total ? units : `${count} of ${units}`
}
