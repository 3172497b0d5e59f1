/**
 * A pass over an export file, line by line: what the file alone can show, and what is needed to judge its signatures. Holds the
 * checkpoints, and of the lines only their hashes' frontier. Pure.
 */
import { createHash, type Hash as RunningHash } from 'node:crypto'
import { parseCheckpoint } from '../../src/audit/checkpoint.ts'
import { EMPTY_FRONTIER, type Hash, sameHash } from '../../src/audit/merkle.ts'
import { type Chapter, readChapter } from './chapter.ts'
import { type FlatLine, isErased, leafOf, wordsFault } from './flat-line.ts'
import { merkle } from './hash.ts'
import { type LogEnd, type LogHeader, type Omission, readItem } from './log-file.ts'
import type { Scan, SeenCheckpoint } from './scan-result.ts'
import { addRange, type SeqRange } from './seq-range.ts'

export class Scanning {
  readonly #header: LogHeader
  readonly #watch: ReadonlySet<number>
  readonly #sha256: RunningHash = createHash('sha256')
  #undigested: string[] = []
  #frontier = EMPTY_FRONTIER
  /** Leaves behind the frontier: appended together. */
  #leaves: Hash[] = []
  #end: LogEnd | null = null
  #damaged = false
  #lines = 0
  #unsealed = 0
  #lastUnsealed = 0
  readonly #present: SeqRange[] = []
  readonly #omitted: SeqRange[] = []
  readonly #checkpoints: SeenCheckpoint[] = []
  readonly #roots = new Map<number, Hash>()
  readonly #chapters: Chapter[] = []
  readonly #erased: { line: number; seq: number }[] = []
  /** The line of the log that was looked at last, where it was one. */
  seq: number | null = null

  constructor(header: LogHeader, watch: ReadonlySet<number>) {
    this.#header = header
    this.#watch = watch
  }

  get ended(): boolean {
    return this.#end !== null
  }

  begin(line: string): null {
    this.#undigested.push(line)
    return null
  }

  /** Takes the next line; what is wrong with it, or null. */
  take(text: string, line: number, file: string): string | null {
    this.seq = null
    if (this.#end !== null) return 'it stands behind the end'
    const item = readItem(text)
    if (!item.ok) return item.why
    switch (item.value.kind) {
      case 'end':
        return this.#takeEnd(item.value.end)
      case 'event':
        this.#undigested.push(text)
        this.seq = item.value.line.seq
        return this.#takeEvent(item.value.line, line)
      case 'omission':
        this.#undigested.push(text)
        return this.#takeOmission(item.value.omission)
      case 'checkpoint':
        this.#undigested.push(text)
        return this.#takeCheckpoint(item.value.note, line, file)
    }
  }

  /** Adds what was taken to the file's digest: many lines at once, as each call has its price. */
  digest(): void {
    if (this.#undigested.length > 0) this.#sha256.update(`${this.#undigested.join('\n')}\n`)
    this.#undigested = []
  }

  result(): Omit<Scan, 'file' | 'header' | 'headerLine' | 'problem'> {
    return {
      lines: this.#lines,
      unsealed: this.#unsealed,
      present: this.#present,
      omitted: this.#omitted,
      checkpoints: this.#checkpoints,
      roots: this.#roots,
      chapters: this.#chapters,
      erased: this.#erased,
      damaged: this.#damaged,
    }
  }

  #size(): number {
    return this.#frontier.size + this.#leaves.length
  }

  #root(): Hash {
    this.#frontier = merkle.appendAll(this.#frontier, this.#leaves)
    this.#leaves = []
    return merkle.rootOf(this.#frontier)
  }

  #grown(): void {
    const size = this.#size()
    if (this.#watch.has(size)) this.#roots.set(size, this.#root())
  }

  #takeEvent(line: FlatLine, at: number): string | null {
    const words = wordsFault(line)
    if (words !== null) return words
    if (line.leaf === null) return this.#takeUnsealed(line, at)
    const { seq } = line
    const next = this.#size() + 1
    if (seq > this.#header.size) return `the file says that it covers the lines to ${this.#header.size}`
    if (seq > next) return `${linesText(next, seq - 1)} missing before it`
    if (seq < next) return `it stands in a wrong place, where line ${next} of the log is expected`
    if (!sameHash(leafOf(line), line.leaf)) return 'its content is not what was sealed'
    this.#leaves.push(line.leaf)
    this.#lines++
    addRange(this.#present, seq, seq)
    if (isErased(line)) this.#erased.push({ line: at, seq })
    const chapter = readChapter(line.record, { line: at, seq }, true)
    if (chapter) this.#chapters.push(chapter)
    this.#grown()
    return null
  }

  /** Nothing vouches for a line that is not sealed yet; it is only to stand in order. */
  #takeUnsealed({ seq, record }: FlatLine, at: number): string | null {
    if (this.#size() !== this.#header.size || seq <= this.#header.size) return 'it says that it is not sealed, but is'
    if (seq <= this.#lastUnsealed) return 'it stands in a wrong place'
    this.#lastUnsealed = seq
    this.#unsealed++
    const chapter = readChapter(record, { line: at, seq }, false)
    if (chapter) this.#chapters.push(chapter)
    return null
  }

  #takeOmission({ level, index, hash }: Omission): string | null {
    const first = index * 2 ** level + 1
    const last = (index + 1) * 2 ** level
    if (first !== this.#size() + 1)
      return `it stands in a wrong place, where line ${this.#size() + 1} of the log is expected`
    if (last > this.#header.size) return `the file says that it covers the lines to ${this.#header.size}`
    if (this.#header.filter === null && this.#lines > 0)
      return `${linesText(first, last)} missing, and the file says that nothing was left out`
    this.#root()
    const grown = merkle.appendSubtree(this.#frontier, level, hash)
    if (grown === null) return 'the lines that it leaves out are no subtree of the log'
    this.#frontier = grown
    addRange(this.#omitted, first, last)
    this.#grown()
    return null
  }

  #takeCheckpoint(note: string, line: number, file: string): string | null {
    const parsed = parseCheckpoint(note.slice(0, note.lastIndexOf('\n\n') + 1))
    if (!parsed.ok) return `the checkpoint cannot be read: ${parsed.why}`
    const { checkpoint } = parsed
    const before = this.#checkpoints.at(-1)
    if (checkpoint.origin !== this.#header.origin)
      return `the checkpoint is of the log ${checkpoint.origin}, and the file of ${this.#header.origin}`
    if (checkpoint.size !== this.#size() || this.#unsealed > 0)
      return `the checkpoint covers ${checkpoint.size} lines, and stands behind ${this.#size()}`
    if (before && checkpoint.size <= before.checkpoint.size) return 'the checkpoint stands there twice'
    if (before && checkpoint.time < before.checkpoint.time)
      return 'the checkpoint says that it was sealed before the one above it'
    this.#checkpoints.push({ file, line, note, checkpoint, root: this.#root() })
    return null
  }

  #takeEnd(end: LogEnd): string | null {
    const { size } = this.#header
    const omitted = this.#size() - this.#lines
    if (this.#size() !== size) return `${linesText(this.#size() + 1, size)} missing before the end`
    if (this.#checkpoints.at(-1)?.checkpoint.size !== size) return 'the newest checkpoint is missing before the end'
    if (end.lines !== this.#lines) return `the end counts ${end.lines} lines, and there are ${this.#lines}`
    if (end.omitted !== omitted) return `the end counts ${end.omitted} lines left out, and there are ${omitted}`
    if ((end.unsealed ?? 0) !== this.#unsealed)
      return `the end counts ${end.unsealed ?? 0} lines that are not sealed, and there are ${this.#unsealed}`
    this.digest()
    this.#damaged = end.sha256 !== undefined && this.#sha256.digest('hex') !== end.sha256
    this.#end = end
    return null
  }
}

function linesText(first: number, last: number): string {
  return first === last ? `line ${first} of the log is` : `lines ${first} to ${last} of the log are`
}
