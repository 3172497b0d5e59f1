/** Runs of line numbers. Pure. */

/** From the first to the last, both included. */
export type SeqRange = readonly [first: number, last: number]

/** Adds a run behind the others, as one with the last where it continues it. */
export function addRange(ranges: SeqRange[], first: number, last: number): void {
  const before = ranges.at(-1)
  if (before && before[1] === first - 1) ranges[ranges.length - 1] = [before[0], last]
  else ranges.push([first, last])
}

/** Runs from several lists as one list: in order, none touching another. */
export function unionOf(lists: readonly (readonly SeqRange[])[]): SeqRange[] {
  const union: SeqRange[] = []
  for (const [first, last] of lists.flat().sort(([a], [b]) => a - b)) {
    const before = union.at(-1)
    if (before && first <= before[1] + 1) union[union.length - 1] = [before[0], Math.max(before[1], last)]
    else union.push([first, last])
  }
  return union
}

/** How many numbers are in runs of which none touches another. */
export function countOf(ranges: readonly SeqRange[]): number {
  return ranges.reduce((sum, [first, last]) => sum + last - first + 1, 0)
}

/** The numbers from 1 to `size` that are in none of the runs. */
export function missingIn(ranges: readonly SeqRange[], size: number): SeqRange[] {
  const missing: SeqRange[] = []
  let next = 1
  for (const [first, last] of unionOf([ranges])) {
    if (first > next) missing.push([next, Math.min(first - 1, size)])
    next = last + 1
  }
  if (next <= size) missing.push([next, size])
  return missing
}

/** Asks whether a number is in one of the runs; they are in order, none touching another. */
export function isIn(ranges: readonly SeqRange[], seq: number): boolean {
  let low = 0
  let high = ranges.length
  while (low < high) {
    const middle = (low + high) >> 1
    const [first, last] = ranges[middle] as SeqRange
    if (seq < first) high = middle
    else if (seq > last) low = middle + 1
    else return true
  }
  return false
}
