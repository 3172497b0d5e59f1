/** A large text file as its lines, many at a time, so that a million of them need little memory. Touches the file system. */
import { createReadStream } from 'node:fs'

/** Bytes read at once: enough that waiting for the disk is no part of the time. */
const CHUNK_BYTES = 1 << 20

/** Longer than any line that Pawl writes: an event has few fields of 20,000 characters. A file without line ends stops here. */
const LINE_MAX_BYTES = 16_000_000

const LINE_END = 0x0a

/** What one reading of a file gives; the last batch says how it ended. */
export interface LineBatch {
  readonly lines: readonly string[]
  /** Why the file could not be read on behind these lines. */
  readonly broken?: 'not_utf8' | 'too_long' | 'no_line_end'
}

/** The lines of a file, without their line ends, in order; what is no UTF-8 is never mended. Throws what the file system throws. */
export async function* readLines(file: string): AsyncGenerator<LineBatch> {
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of createReadStream(file, { highWaterMark: CHUNK_BYTES }) as AsyncIterable<Buffer>) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    const end = bytes.lastIndexOf(LINE_END) + 1
    rest = bytes.subarray(end)
    if (end > 0) {
      const batch = linesOf(bytes.subarray(0, end))
      yield batch
      if (batch.broken) return
    }
    if (rest.length > LINE_MAX_BYTES) {
      yield { lines: [], broken: 'too_long' }
      return
    }
  }
  if (rest.length > 0) yield { lines: [], broken: 'no_line_end' }
}

/** A byte order mark stays, so that it is seen. */
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function linesOf(bytes: Uint8Array): LineBatch {
  try {
    return { lines: decoder.decode(bytes).slice(0, -1).split('\n') }
  } catch {
    // A byte that is no UTF-8: the lines before it are still to be looked at.
    return { lines: linesUntilBroken(bytes), broken: 'not_utf8' }
  }
}

function linesUntilBroken(bytes: Uint8Array): string[] {
  const lines: string[] = []
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(LINE_END, start)
    try {
      lines.push(decoder.decode(bytes.subarray(start, end)))
    } catch {
      return lines // the line that the caller is told of
    }
    start = end + 1
  }
  return lines
}
