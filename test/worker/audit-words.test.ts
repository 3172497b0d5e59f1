/** What people wrote stands apart in the log, and can be erased: over the real database and its triggers. */
import { env } from 'cloudflare:test'
import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { beforeAll, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { defineCommand } from '#pawl'
import { readCanonical } from '../../src/audit/canonical.ts'
import { erase } from '../../src/audit/erase.ts'
import { auditEvent, PERSONAL_FIELDS } from '../../src/audit/event.ts'
import { type LeafRow, leafDataOf } from '../../src/audit/leaf.ts'
import { appendAudit } from '../../src/db/audit.ts'
import { openDatabase } from '../../src/db/database.ts'
import { isRecord } from '../../src/json.ts'
import { eventsOf, worldWith } from './survive.kit.ts'
import type { World } from './world.ts'

interface Row extends LeafRow {
  readonly seq: number
  readonly code: string
  readonly run: string | null
}

const WORDS = 'quite private words'

const tell = defineCommand({
  name: 'tell',
  summary: 'Say and keep what was said',
  options: { words: z.string().describe('What') },
  effects: 'write',
  rules: ['when command is tell allow'],
  handler({ words }, ctx) {
    ctx.log(words)
    return { words }
  },
})

const wait = defineCommand({
  name: 'linger',
  summary: 'Wait for a while',
  options: { words: z.string().describe('What') },
  effects: 'write',
  run: 'job',
  rules: ['when command is linger allow'],
  handler: async (_, ctx) => {
    await ctx.sleep('10m')
    return null
  },
})

let world: World
beforeAll(async () => {
  world = await worldWith(tell, wait)
})

async function rowsOf(run?: unknown): Promise<Row[]> {
  const { results } = await env.DB.prepare('SELECT * FROM audit WHERE ?1 IS NULL OR run = ?1 ORDER BY seq')
    .bind(run ?? null)
    .all<Row & Record<string, unknown>>()
  return results
}

function leafOf(row: Row): string {
  const data = leafDataOf(row, (key, message) => hmac(sha256, key, message))
  if (!data.ok) throw new Error(`row ${row.seq}: ${data.why}`)
  return new TextDecoder().decode(data.value)
}

/** All that is kept of a run, as text. */
async function keptOf(run: unknown): Promise<string> {
  const statements = [
    'runs WHERE id',
    'run_log WHERE run',
    'run_steps WHERE run',
    'outbox WHERE run',
    'audit WHERE run',
  ]
  const rows = await env.DB.batch(statements.map((where) => env.DB.prepare(`SELECT * FROM ${where} = ?`).bind(run)))
  return JSON.stringify(rows.map(({ results }) => results))
}

const told = async (person: string, words = WORDS) => {
  await world.hears(person, `/pawl tell '${words}'`)
  return String((await world.newestRun('tell')).id)
}

describe('a row of the log', () => {
  it('is canonical, with what people wrote apart and under a salt of its own', async () => {
    await told('grace')
    await world.hears('ada', '/pawl group create wordy')
    const rows = await rowsOf()
    for (const { event, personal, salt } of rows) {
      const fields = readCanonical(event)
      expect(isRecord(fields) && fields.v).toBe(2)
      for (const field of PERSONAL_FIELDS) expect(fields).not.toHaveProperty(field)
      const words = personal === null ? {} : readCanonical(personal)
      expect(
        isRecord(words) && Object.keys(words).filter((field) => !PERSONAL_FIELDS.some((one) => one === field)),
      ).toEqual([])
      expect(salt === null).toBe(personal === null)
    }
    const salts = rows.flatMap(({ salt }) => salt ?? [])
    expect(salts.length).toBeGreaterThan(3)
    expect(new Set(salts).size).toBe(salts.length)
    for (const salt of salts) expect(salt).toMatch(/^[0-9a-f]{32}$/)
  })

  it('is read as one flat event', async () => {
    const run = await told('grace')
    const [event] = await eventsOf(run, 'policy.allowed')
    expect(event).toMatchObject({ v: 2, run, command: 'tell', channel: 'C0OPS00001', args: { words: WORDS } })
  })

  it('takes what no JSON text should hold: half a character, and a field that is null', async () => {
    const db = openDatabase(env.DB)
    const event = auditEvent(1, 'audit.read', null, { run: 'r_odd', note: 'a\ud800', before: null, n: 1e21, text: '' })
    await appendAudit(db, { when: 'always' }, [event]).run()
    const [row] = await rowsOf('r_odd')
    expect(row?.personal).toBe('{"before":null,"note":"a\ufffd","text":""}')
    expect(await eventsOf('r_odd', 'audit.read')).toEqual([
      { v: 2, at: event.at, code: 'audit.read', run: 'r_odd', n: 1e21, note: 'a\ufffd', before: null, text: '' },
    ])
  })
})

describe('erasing the words of a run', () => {
  it('leaves nothing of them, and each line with the leaf that it had', async () => {
    const run = await told('grace')
    const before = await rowsOf(run)
    const leaves = before.map(leafOf)
    expect(await keptOf(run)).toContain(WORDS)
    const answer = await world.hears('ada', `/pawl audit erase 'it was private' --run ${run}`)
    expect(answer).toContain('Erased the words of')
    expect(await keptOf(run)).not.toContain(WORDS)
    const after = (await rowsOf(run)).slice(0, before.length)
    expect(after.map(leafOf)).toEqual(leaves)
    expect(after.map(({ event }) => event)).toEqual(before.map(({ event }) => event))
    expect(after.every(({ personal, salt }) => personal === null && salt === null)).toBe(true)
    const { id } = await world.newestRun('audit:erase')
    const seqs = before.filter(({ personal }) => personal !== null).map(({ seq }) => seq)
    const [event] = await eventsOf(run, 'audit.erased')
    expect(event).toMatchObject({
      actor: 'U0ADA00001',
      by_run: id,
      lines: seqs.length,
      runs: 1,
      reason_text: 'it was private',
    })
    expect(String(event?.seqs).split(/[-,]/).map(Number)).toEqual(expect.arrayContaining([seqs[0], seqs.at(-1)]))
    expect(await world.newestRun('tell')).toMatchObject({
      line: '[erased]',
      records: null,
      reply: null,
      state: 'succeeded',
    })
  })

  it('is told in the log, and the line is still listed', async () => {
    const run = await told('grace')
    await world.hears('ada', `/pawl audit erase why --run ${run}`)
    const [event] = await eventsOf(run, 'run.admitted')
    expect(event).toMatchObject({ command: 'tell', actor: 'U0GRACE001', erased: true })
    expect(event).not.toHaveProperty('line')
    expect(await world.hears('grace', `/pawl run show ${run}`)).toMatch(/\[erased\][\s\S]*were erased/)
  })

  it('is refused while the run is under way, and for one that is not there', async () => {
    await world.says('ada', '/pawl linger words')
    const { id } = await world.newestRun('linger')
    expect(await world.hears('ada', `/pawl audit erase why --run ${id}`)).toContain('is under way')
    expect((await world.newestRun('linger')).line).toBe('linger words')
    expect(await world.hears('ada', '/pawl audit erase why --run r_0000000000000000')).toContain('Nothing is left')
  })

  it('needs audit:admin, and one of --run and --person', async () => {
    const run = await told('grace')
    expect(await world.hears('grace', `/pawl audit erase why --run ${run}`)).toContain('audit:admin')
    expect(await keptOf(run)).toContain(WORDS)
    expect(await world.hears('ada', '/pawl audit erase why')).toContain('give one of')
    expect(await world.hears('ada', `/pawl audit erase why --run ${run} --person @U0GRACE001`)).toContain('give one of')
    expect(await world.hears('ada', `/pawl audit erase why --run ${run} --before -1d`)).toContain('--before goes with')
    expect(await world.hears('ada', '/pawl audit erase why --person nobody-there')).toContain('is no user')
  })
})

describe('erasing the words of a person', () => {
  it('takes all that the person wrote before a time, and nobody else’s', async () => {
    const mine = await told('ada', 'the words of ada')
    const old = await told('grace', 'the old words')
    await new Promise((resolve) => {
      setTimeout(resolve, 5)
    })
    const until = new Date().toISOString()
    const young = await told('grace', 'the young words')
    expect(
      await world.hears('ada', `/pawl audit erase 'has left' --person slack:T0PAWL:U0GRACE001 --before ${until}`),
    ).toContain('Erased')
    expect(await keptOf(old)).not.toContain('the old words')
    expect(await keptOf(young)).toContain('the young words')
    expect(await keptOf(mine)).toContain('the words of ada')
    const { id } = await world.newestRun('audit:erase')
    const [event] = await eventsOf(id, 'audit.erased')
    expect(event).toMatchObject({ person: ['slack:T0PAWL:U0GRACE001'], by_run: id, reason_text: 'has left' })
    expect(await world.hears('ada', `/pawl audit erase 'has left' --person @U0GRACE001`)).toContain('Erased')
    expect(await keptOf(young)).not.toContain('the young words')
    expect(await world.hears('ada', `/pawl audit erase 'has left' --person @U0GRACE001`)).toContain('Nothing is left')
  })

  it('goes on page by page, and says when there is more', async () => {
    const db = openDatabase(env.DB)
    const someone = { platform: 'slack', workspace: 'T0PAWL', id: 'U0MANY' }
    const events = Array.from({ length: 5_001 }, (_, n) => auditEvent(1, 'audit.read', someone, { note: `n ${n}` }))
    await appendAudit(db, { when: 'always' }, events).run()
    const by = { run: 'r_by', actor: someone, reason: 'x', now: () => 2 }
    const what = { person: [someone], before: 2 }
    expect(await erase(db, what, by)).toEqual({ lines: 5_000, runs: 0, underWay: 0, more: true })
    expect(await erase(db, what, by)).toEqual({ lines: 1, runs: 0, underWay: 0, more: false })
    expect(await erase(db, what, by)).toEqual({ lines: 0, runs: 0, underWay: 0, more: false })
    const told = await eventsOf('r_by', 'audit.erased')
    expect(told.map(({ lines }) => lines)).toEqual([...Array.from({ length: 10 }, () => 500), 1])
  })
})
