/** The lines that the experiments type, by the kind of command, and what may have become of them. Pure. */
import type { Expected } from '../trial.ts'

export type Kind = 'look' | 'touch' | 'work' | 'rework' | 'steps' | 'solo' | 'long' | 'watch'
export const KINDS: readonly Kind[] = ['look', 'touch', 'work', 'rework', 'solo']

/** A line, the same on both platforms; the lock's key of `solo` is the tag, so that it waits for nobody. */
export function lineOf(kind: Kind, tag: string, rest = ''): string {
  const options = kind === 'solo' ? `--key ${tag} --tag ${tag}` : `--tag ${tag}`
  return `/pawl ${kind} ${options}${rest === '' ? '' : ` ${rest}`}`
}

/** Never admitted: there is no row. */
export const NEVER: Expected = { state: [null], effects: [0, 0] }
export const EXPIRED: Expected = { state: ['expired'], effects: [0, 0] }
export const LOST: Expected = { state: ['lost'], effects: [0, 0] }
export const LOST_AFTER: Expected = { state: ['lost'], effects: [1, 1] }
/** Succeeded without an effect of its own: it only reads, works on Pawl itself, or has joined another run. */
export const READ: Expected = { state: ['succeeded'], effects: [0, 0] }
export const ONCE: Expected = { state: ['succeeded'], effects: [1, 1] }
export const TWICE: Expected = { state: ['succeeded'], effects: [2, 2] }
export const CANCELLED: Expected = { state: ['cancelled'], effects: [0, 1] }

/** A command of two steps, or a line of two stages, each of which had its effect. */
export const BOTH: Expected = { state: ['succeeded'], effects: [2, 2] }
export const LOST_AFTER_BOTH: Expected = { state: ['lost'], effects: [2, 2] }

/** How a command of this kind ends when nothing goes wrong. */
export function wellOf(kind: Kind): Expected {
  if (kind === 'steps' || kind === 'long') return BOTH
  return kind === 'look' ? READ : ONCE
}
