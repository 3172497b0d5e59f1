/** The kinds of command whose cost is measured. Pure. */
import { lineOf } from '../../test/faults/experiments/lines.ts'

export interface Kind {
  readonly name: string
  readonly as: string
  /** How it ends. */
  readonly state: 'succeeded' | 'denied'
  /** Of twenty commands, as `bench:load` mixes them; 0 stands beside the mix. */
  readonly share: number
  /** It is sent a second time, and that one is measured. */
  readonly again: boolean
  line(tag: string): string
}

const PIPE = `seed '[{"host":"a","load":3},{"host":"b","load":1},{"host":"c","load":2}]' | filter 'load > 1' | sort load --desc`

const usual = { as: 'ada', state: 'succeeded', again: false } as const

export const KINDS: readonly Kind[] = [
  { ...usual, name: 'inline, read', share: 7, line: (tag) => lineOf('look', tag) },
  { ...usual, name: 'inline, write', share: 4, line: (tag) => lineOf('touch', tag) },
  { ...usual, name: 'denied', share: 3, as: 'grace', state: 'denied', line: (tag) => lineOf('touch', tag) },
  { ...usual, name: 'a pipeline of three', share: 3, line: () => `/pawl ${PIPE}` },
  { ...usual, name: 'a job', share: 2, line: (tag) => lineOf('work', tag) },
  { ...usual, name: 'a job with a lock', share: 1, line: (tag) => lineOf('solo', tag) },
  { ...usual, name: 'a duplicate', share: 0, again: true, line: (tag) => lineOf('look', tag) },
]
