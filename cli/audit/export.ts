/** `npm run -s pawl -- audit export`: the log as a file. Reads D1 through wrangler and writes one event; writes stdout or a file. */
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { finished } from 'node:stream/promises'
import type { PawlRecord } from '../../src/json.ts'
import { readArguments } from '../arguments.ts'
import { DATABASE_HELP, DATABASE_OPTIONS, targetOf } from '../policy/read.ts'
import { ColumnCheck, differingLines } from './columns.ts'
import { type Exported, exportedWhere, exportLog, pagesOf } from './export-log.ts'
import { FILTER_HELP, FILTER_OPTIONS, filterOf, type LogFilter } from './filter.ts'
import { flatten, type LogRow } from './flat-line.ts'
import { csvLines } from './format-csv.ts'
import { ocsfLines } from './format-ocsf.ts'
import { type AskD1, askD1, type LogHead, readHead } from './source.ts'
import { readStart } from './stretch.ts'
import { recordReading, withLog, wrongCall } from './subcommand.ts'

const USAGE = 'npm run -s pawl -- audit export [filters] [--format jsonl|csv|ocsf] [--out <file>] > log.jsonl'

const HELP = `Usage: ${USAGE}

Writes the sealed lines of the audit log, as a file that "audit verify" can check. Lines that a filter leaves out stand in it as hashes.
The export is itself an event of the log.
${FILTER_HELP}
  --format <format>      jsonl (the default; can be verified), csv, or ocsf (JSON lines, OCSF API Activity); these two cannot be verified
  --unsealed             also the newest lines, which no checkpoint covers yet
  --out <file>           a new file instead of stdout
${DATABASE_HELP}`

const FORMATS = new Map<string, ((events: Iterable<NumberedEvent>, first: boolean) => string) | null>([
  ['jsonl', null],
  ['csv', csvLines],
  ['ocsf', ocsfLines],
])

/** An event with the number of its line. */
export interface NumberedEvent {
  readonly seq: number
  readonly event: PawlRecord
}

/** Only its owner reads it: it holds what people wrote. */
const FILE_MODE = 0o600

/** Exit code 0 when exported, 1 when the log could not be read, has changed columns, or the file was not written, 2 when the call is wrong. */
export async function exportAudit(argv: string[]): Promise<number> {
  const parsed = readArguments(
    argv,
    {
      ...DATABASE_OPTIONS,
      ...FILTER_OPTIONS,
      format: { type: 'string', default: 'jsonl' },
      unsealed: { type: 'boolean', default: false },
      out: { type: 'string' },
    },
    USAGE,
  )
  if (!parsed) return 2
  const { values, positionals } = parsed
  if (values.help || positionals.length > 0) {
    console.log(HELP)
    return values.help ? 0 : 2
  }
  const format = FORMATS.get(values.format)
  if (format === undefined) return wrongCall('--format is jsonl, csv or ocsf', HELP)
  const target = targetOf(values)
  return withLog(target, async () => {
    const ask = askD1(target)
    const at = Date.now()
    const filter = await filterOf(values, [], at, ask)
    if (!filter.ok) return wrongCall(filter.why, HELP)
    const start = format ? { head: await readHead(ask) } : await readStart(ask, exportedWhere(filter.value))
    const { head } = start
    if (head.size === 0) {
      console.error('Nothing is sealed yet: the log is sealed each minute while Pawl runs. Try again then.')
      return 1
    }
    let differs = false
    const record = async ({ lines, from, to, missing, differing }: Exported) => {
      for (const [first, last] of missing)
        console.error(
          `Lines ${first} to ${last} are sealed, and are not in D1 any more or cannot be read: "audit verify" says the same.`,
        )
      for (const line of differingLines(differing)) {
        differs = true
        console.error(line)
      }
      const details = { format: values.format, filter: filter.value.told, lines, from, to }
      await recordReading(target, 'audit.exported', details, at)
    }
    const order = { ...start, filter: filter.value, unsealed: values.unsealed, at, record }
    if (format) console.error(`${values.format} cannot be verified: keep an export without --format beside it.`)
    const text = format ? formatted(ask, order, format) : exportLog(ask, order)
    const code = await writeAll(text, values.out)
    if (head.gone > 0)
      console.error(
        `${head.gone} sealed ${head.gone === 1 ? 'line is' : 'lines are'} not in D1 any more, and were not pruned: export without a filter, and "audit verify" says which.`,
      )
    return differs || head.gone > 0 ? 1 : code
  })
}

interface FormatOrder {
  readonly head: LogHead
  readonly filter: LogFilter
  readonly unsealed: boolean
  readonly record: (exported: Exported) => Promise<void>
}

async function* formatted(
  ask: AskD1,
  { head, filter, unsealed, record }: FormatOrder,
  format: (events: Iterable<NumberedEvent>, first: boolean) => string,
): AsyncGenerator<string> {
  const to = unsealed ? head.last : head.size
  const columns = new ColumnCheck()
  let lines = 0
  yield format([], true)
  for await (const rows of pagesOf(ask, 0, to, filter.where)) {
    lines += rows.length
    for (const row of rows) columns.take(row)
    yield format(rows.flatMap(eventOf), false)
  }
  await record({ lines, from: 1, to, missing: [], differing: columns.result() })
}

function eventOf(row: LogRow): NumberedEvent[] {
  const event = flatten(row)
  return event === null ? [] : [{ seq: row.seq, event }]
}

/** Writes the pieces as they come; a reader that goes away ends it. */
async function writeAll(pieces: AsyncIterable<string>, file: string | undefined): Promise<number> {
  const stream = file === undefined ? process.stdout : createWriteStream(file, { flags: 'wx', mode: FILE_MODE })
  let failure: NodeJS.ErrnoException | null = null
  stream.on('error', (error: NodeJS.ErrnoException) => {
    failure ??= error
  })
  // A file that cannot be made is no export: no event may say that there was one.
  if (file !== undefined) await once(stream, 'open').catch(() => {}) // told by `failure`
  for await (const piece of pieces) {
    if (failure) break
    if (piece !== '' && !stream.write(piece))
      await Promise.race([once(stream, 'drain'), once(stream, 'close')]).catch(() => {}) // told by `failure`
  }
  if (file !== undefined) {
    stream.end()
    await finished(stream).catch(() => {}) // told by `failure`
  }
  if (failure === null) return 0
  const { code, message } = failure as NodeJS.ErrnoException
  console.error(
    code === 'EEXIST' ? `${file} exists already: name a new file` : `The export could not be written: ${message}`,
  )
  return 1
}
