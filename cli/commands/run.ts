/**
 * `npm run -s pawl -- run`: runs pipelines through the real worker on this machine, as the local administrator. Starts the worker and
 * the local Slack; reads lines from stdin, writes to stdout.
 */
import { createInterface } from 'node:readline'
import { launch } from '../../simulator/launch.ts'
import { textOf } from '../../src/chat/markdown.ts'
import type { Reply } from '../../src/chat/reply.ts'
import type { Json } from '../../src/json.ts'
import { runIdOf } from '../../src/runs/identity.ts'
import { readArguments } from '../arguments.ts'
import { literal, queryD1 } from '../d1.ts'

const USAGE = 'npm run -s pawl -- run [--persist-to <folder>]'

const HELP = `Usage: ${USAGE}

Reads one pipeline per line from stdin, each a JSON string, and runs it on this machine as ada, the local administrator.
Prints one JSON object per line:
  {"ok":true,"run":"r_…","records":[…]}
  {"ok":false,"run":"r_…","error":{"code":"…","message":"…"}}
  --persist-to <folder>  keep the local database there instead of in .wrangler/state`

/** A job may take this long here. */
const FINAL_MS = 120_000

/** Ids in one SELECT. */
const IDS_PER_QUERY = 100

type Line = { readonly run: string } | { readonly refused: string }

interface Row {
  readonly id: string
  readonly state: string
  readonly code: string | null
  readonly reply: string | null
  readonly records: string | null
}

/** Exit code 0 when every line was answered, 1 when the worker could not be started or read, 2 when the call is wrong. */
export async function run(argv: string[]): Promise<number> {
  const parsed = readArguments(
    argv,
    { 'persist-to': { type: 'string' }, help: { type: 'boolean', short: 'h', default: false } },
    USAGE,
  )
  if (!parsed) return 2
  const { values, positionals } = parsed
  if (values.help || positionals.length > 0) {
    console.log(HELP)
    return values.help ? 0 : 2
  }
  const persistTo = values['persist-to']
  const house = await launch({ port: 0, simulatorPort: 0, ...(persistTo !== undefined && { persistTo }) })
  const lines: Line[] = []
  try {
    const seat = house.simulator.slack.user('ada').in('#ops')
    for await (const text of createInterface({ input: process.stdin })) {
      if (text.trim() === '') continue
      const line = readLine(text)
      if (line === null) {
        lines.push({ refused: 'this line is not a JSON string: write "seed \'[1,2]\' | count"' })
        continue
      }
      const exchange = await seat.says(`/pawl ${line}`)
      await exchange.final({ withinMs: FINAL_MS })
      lines.push({ run: await runIdOf(`slack:trigger:${exchange.deliveryId}`) })
    }
  } finally {
    await house.stop()
  }
  // Read once the worker has ended: two processes on one local database spoil each other's work.
  const rows = await readRows(lines, persistTo)
  if (rows === null) return 1
  for (const line of lines) console.log(JSON.stringify(answerOf(line, rows)))
  return 0
}

function readLine(text: string): string | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'string' ? value : null
  } catch {
    return null
  }
}

async function readRows(lines: readonly Line[], persistTo: string | undefined): Promise<Map<string, Row> | null> {
  const ids = lines.flatMap((line) => ('run' in line ? [line.run] : []))
  const rows = new Map<string, Row>()
  for (let i = 0; i < ids.length; i += IDS_PER_QUERY) {
    const list = ids
      .slice(i, i + IDS_PER_QUERY)
      .map(literal)
      .join(', ')
    const answer = await queryD1<Row>(`SELECT id, state, code, reply, records FROM runs WHERE id IN (${list})`, {
      remote: false,
      ...(persistTo !== undefined && { persistTo }),
    })
    if (!answer.ok) {
      console.error(`The runs could not be read: ${answer.message}`)
      return null
    }
    for (const row of answer.rows) rows.set(row.id, row)
  }
  return rows
}

function answerOf(line: Line, rows: ReadonlyMap<string, Row>): Json {
  if ('refused' in line) return { ok: false, run: null, error: { code: 'not_json', message: line.refused } }
  const row = rows.get(line.run)
  if (row?.state !== 'succeeded')
    return {
      ok: false,
      run: line.run,
      error: { code: row?.code ?? row?.state ?? 'unknown', message: replyText(row?.reply ?? null) },
    }
  if (row.records === null)
    return {
      ok: false,
      run: line.run,
      error: { code: 'too_large', message: 'it ran, but its records are too many to keep' },
    }
  return { ok: true, run: line.run, records: JSON.parse(row.records) as Json }
}

/** The words of a stored reply, a line for each of its blocks. */
function replyText(reply: string | null): string {
  if (reply === null) return 'the worker gave no answer'
  const { blocks = [] } = JSON.parse(reply) as Partial<Reply>
  return blocks
    .map((block) => (block.kind === 'code' ? block.text : 'text' in block ? textOf(block.text) : ''))
    .filter((text) => text !== '')
    .join('\n')
}
