/** Reads an export file and gives what one pass over it shows. Reads the file. */
import { type LogHeader, readHeader } from './log-file.ts'
import { type LineBatch, readLines } from './read-lines.ts'
import type { Scan } from './scan-result.ts'
import { Scanning } from './scanning.ts'

/** What npm prints before a script's own output when it is not told to be silent. */
const isPrelude = (line: string) => line === '' || line.startsWith('> ')

/** The header of a file, without reading on. */
export async function readFileHeader(
  file: string,
): Promise<{ readonly ok: true; readonly header: LogHeader; readonly at: number } | { ok: false; why: string }> {
  try {
    let at = 0
    for await (const { lines } of readLines(file)) {
      for (const line of lines) {
        at++
        if (isPrelude(line)) continue
        const header = readHeader(line)
        return header.ok ? { ok: true, header: header.value, at } : { ok: false, why: `line ${at}: ${header.why}` }
      }
    }
    return { ok: false, why: 'it is empty' }
  } catch (error) {
    return { ok: false, why: error instanceof Error ? error.message : String(error) } // the file system's
  }
}

/**
 * Reads a file whose header was read.
 *
 * @param watch sizes of the log at which the root is wanted
 */
export async function scanLog(
  file: string,
  header: LogHeader,
  headerLine: number,
  watch: ReadonlySet<number>,
): Promise<Scan> {
  const scan = new Scanning(header, watch)
  let at = 0
  let why: string | null = null
  read: for await (const batch of readLines(file)) {
    for (const line of batch.lines) {
      at++
      if (at < headerLine) continue
      why = at === headerLine ? scan.begin(line) : scan.take(line, at, file)
      if (why !== null) break read
    }
    scan.digest()
    if (batch.broken) {
      at++
      why = BROKEN[batch.broken]
      break
    }
  }
  why ??= scan.ended ? null : 'the file ends here, without its end: it was cut off'
  const { seq } = scan
  const problem = why === null ? null : { file, line: at, ...(seq !== null && { seq }), why }
  return { file, header, headerLine, ...scan.result(), problem }
}

const BROKEN: Record<NonNullable<LineBatch['broken']>, string> = {
  not_utf8: 'it is not UTF-8',
  too_long: 'it is longer than any line of a log',
  no_line_end: 'it has no line end: the file was cut off here',
}
