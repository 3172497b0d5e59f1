/** The kinds of command whose cost is measured. Pure. */
import type { KindName } from '../../cli/cost/measured.ts'
import { lineOf } from '../../test/faults/experiments/lines.ts'

export interface Kind {
  /** As `pawl cost` calls it. */
  readonly id: KindName
  readonly name: string
  readonly as: string
  /** How it ends. */
  readonly state: 'succeeded' | 'denied'
  /** Of twenty commands, as `bench:load` mixes them; 0 stands beside the mix. */
  readonly share: number
  /** It is sent a second time, and that one is measured. */
  readonly again: boolean
  /** The next one is sent when this one is over: jobs that wait for each other use less of the queue and more of D1. */
  readonly alone: boolean
  line(tag: string): string
}

const PIPE = `seed '[{"host":"a","load":3},{"host":"b","load":1},{"host":"c","load":2}]' | filter 'load > 1' | sort load --desc`

const usual = { as: 'ada', state: 'succeeded', again: false, alone: false } as const

export const KINDS: readonly Kind[] = [
  { ...usual, id: 'read', name: 'inline, read', share: 7, line: (tag) => lineOf('look', tag) },
  { ...usual, id: 'write', name: 'inline, write', share: 4, line: (tag) => lineOf('touch', tag) },
  {
    ...usual,
    id: 'denied',
    name: 'denied',
    share: 3,
    as: 'grace',
    state: 'denied',
    line: (tag) => lineOf('touch', tag),
  },
  { ...usual, id: 'pipeline', name: 'a pipeline of three', share: 3, line: () => `/pawl ${PIPE}` },
  { ...usual, id: 'job', name: 'a job', alone: true, share: 2, line: (tag) => lineOf('work', tag) },
  { ...usual, id: 'locked', name: 'a job with a lock', alone: true, share: 1, line: (tag) => lineOf('solo', tag) },
  { ...usual, id: 'duplicate', name: 'a duplicate', share: 0, again: true, line: (tag) => lineOf('look', tag) },
]
