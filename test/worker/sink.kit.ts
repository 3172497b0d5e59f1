/** What the tests of sinks and retention share: cron with settings, a receiver, a clock, and the command line's own verifier. */
import { applyD1Migrations, createScheduledController, env, reset } from 'cloudflare:test'
import { createHmac } from 'node:crypto'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { vi } from 'vitest'
import { exportLog } from '../../cli/audit/export-log.ts'
import { type AskD1, readHead } from '../../cli/audit/source.ts'
import { verdictLine } from '../../cli/audit/verdict.ts'
import { verifyLog } from '../../cli/audit/verify-log.ts'
import { parseVerifierKey } from '../../src/audit/note.ts'
import type { Row } from '../../src/db/document-read.ts'
import type { Env } from '../../src/env.ts'
import worker from '../../src/worker.ts'
import { rowsOf, status } from './ledger.kit.ts'

export const SIEM = 'https://siem.test/pawl'
export const KEY = new Uint8Array(32).fill(7)
export const WEBHOOK = {
  PAWL_AUDIT_WEBHOOK: SIEM,
  PAWL_AUDIT_WEBHOOK_SECRET: `whsec_${Buffer.from(KEY).toString('base64')}`,
}
export const ARCHIVE = { AUDIT_ARCHIVE: env.TEST_BUCKET }

export const MINUTE_MS = 60_000
export const HOUR_MS = 60 * MINUTE_MS
export const DAY_MS = 24 * HOUR_MS

/** One minute's cron, in an environment with these settings. */
export async function cron(settings: object): Promise<void> {
  await worker.scheduled(createScheduledController(), { ...env, ...settings } as Env)
}

/** Holds the clock; the tests move it. */
export function clockAt(time: number): { time: number } {
  const clock = { time }
  vi.spyOn(Date, 'now').mockImplementation(() => clock.time)
  return clock
}

export interface Received {
  readonly id: string
  readonly body: string
  /** Of its lines. */
  readonly seqs: readonly number[]
}

/** A receiver that checks the signature of each request, and answers as it is told to. */
export function receiver(clock: { readonly time: number }) {
  const requests: Received[] = []
  const told = { answer: (): Response | Promise<Response> => new Response(null, { status: 204 }) }
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
    const request = new Request(input as Request, init)
    if (request.url.split('?', 1)[0] !== SIEM) throw new Error(`nobody is at ${request.url}`)
    const body = new TextDecoder().decode(await request.arrayBuffer())
    const header = (name: string) => request.headers.get(name) ?? ''
    const id = header('webhook-id')
    const timestamp = header('webhook-timestamp')
    const signature = createHmac('sha256', KEY).update(`${id}.${timestamp}.${body}`).digest('base64')
    if (request.method !== 'POST' || request.redirect !== 'manual') throw new Error('not as it should be sent')
    if (header('content-type') !== 'application/x-ndjson') throw new Error('not JSON lines')
    if (header('webhook-signature') !== `v1,${signature}`) throw new Error('a wrong signature')
    if (timestamp !== String(Math.floor(clock.time / 1_000))) throw new Error('a wrong time')
    const lines = body.trimEnd().split('\n')
    requests.push({ id, body, seqs: lines.map((line) => JSON.parse(line).seq) })
    return await told.answer()
  })
  return { requests, told, seqs: () => requests.flatMap(({ seqs }) => seqs) }
}

/** Appends events of that time; every third holds words of a person. `size` makes them longer. */
export async function append(count: number, at: number, size = 0): Promise<void> {
  await env.DB.prepare(
    `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
     INSERT INTO audit (at, code, event, personal, salt)
     SELECT ?2, 'run.admitted', '{"code":"run.admitted","n":' || i || ',"v":2,"x":"' || ?3 || '"}',
       CASE WHEN i % 3 = 0 THEN '{"line":"deploy web # ' || i || '"}' END, CASE WHEN i % 3 = 0 THEN lower(hex(randomblob(16))) END
     FROM n WHERE i <= ?1`,
  )
    .bind(count, at, 'x'.repeat(size))
    .run()
}

/** The row of a sink. */
export async function sink(name: string) {
  const [row] = await rowsOf(`SELECT * FROM audit_sinks WHERE name = '${name}'`)
  return row
}

/** The events of some codes, without what all have. */
export async function eventsOf(...codes: string[]) {
  const rows = await rowsOf(`SELECT event FROM audit WHERE code IN ('${codes.join("','")}') ORDER BY seq`)
  return rows.map(({ event }) => {
    const { v: _, at: __, ...rest } = JSON.parse(String(event))
    return rest
  })
}

/** The objects of the archive, by name. */
export async function archives(): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  const { objects } = await env.TEST_BUCKET.list({ prefix: 'audit/' })
  for (const { key } of objects) found.set(key, (await (await env.TEST_BUCKET.get(key))?.text()) ?? '')
  return found
}

/** An empty deployment. */
export async function startAnew(): Promise<void> {
  // An object that was at work a moment ago is sometimes left as it was.
  do await reset()
  while ((await status()).size > 0)
  await applyD1Migrations(env.DB, env.TEST_MIGRATIONS)
  const { objects } = await env.TEST_BUCKET.list()
  await env.TEST_BUCKET.delete(objects.map(({ key }) => key))
}

const askHere: AskD1 = async (statements) => {
  const answers = await env.DB.batch<Row>(statements.map((sql) => env.DB.prepare(sql)))
  return { ok: true, answers: answers.map(({ results }) => results) }
}

/** What `audit export` writes. */
export async function exported(): Promise<string> {
  const head = await readHead(askHere)
  const order = { head, filter: { told: null, where: 'true' }, unsealed: false, at: 0, record: async () => {} }
  let text = ''
  for await (const piece of exportLog(askHere, order)) text += piece
  return text
}

let files = 0

/** What `audit verify` says of files, with the log's own key unless another is given. */
export async function verified(texts: readonly string[], vkey?: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'pawl-'))
  const paths = texts.map((text) => {
    const path = join(folder, `${++files}.jsonl`)
    writeFileSync(path, text)
    return path
  })
  const parsed = await parseVerifierKey(vkey ?? (await status()).key?.vkey ?? '')
  if (!parsed.ok) throw new Error(parsed.why)
  const { verdict } = await verifyLog(paths, parsed.key, [])
  return verdict.kind === 'intact' ? 'intact' : `${verdict.kind}: ${verdictLine(verdict)}`
}
