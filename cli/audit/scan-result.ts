/** What one pass over an export file gives. Pure. */
import type { Checkpoint } from '../../src/audit/checkpoint.ts'
import type { Hash } from '../../src/audit/merkle.ts'
import type { Chapter } from './chapter.ts'
import type { LogHeader } from './log-file.ts'
import type { SeqRange } from './seq-range.ts'

/** Where something is wrong. */
export interface Problem {
  readonly file: string
  /** Of the file, from 1; the first of several when `to` is the last. */
  readonly line: number
  readonly to?: number
  /** Of the log, where one line of it is meant. */
  readonly seq?: number
  readonly why: string
}

/** A checkpoint in a file, and the root of the lines before it. */
export interface SeenCheckpoint {
  readonly file: string
  readonly line: number
  readonly note: string
  readonly checkpoint: Checkpoint
  readonly root: Hash
}

export interface Scan {
  readonly file: string
  readonly header: LogHeader
  /** Where the header stands, from 1. */
  readonly headerLine: number
  readonly lines: number
  readonly unsealed: number
  /** Lines that are there, and lines that are left out, in order. */
  readonly present: readonly SeqRange[]
  readonly omitted: readonly SeqRange[]
  readonly checkpoints: readonly SeenCheckpoint[]
  /** The roots at the sizes that were asked for, where the file shows them. */
  readonly roots: ReadonlyMap<number, Hash>
  /** What the log says of itself. */
  readonly chapters: readonly Chapter[]
  /** Lines whose words of people are gone. */
  readonly erased: readonly { readonly line: number; readonly seq: number }[]
  /** The digest in its end does not fit. */
  readonly damaged: boolean
  /** The first thing that is wrong; nothing behind it was looked at. */
  readonly problem: Problem | null
}
