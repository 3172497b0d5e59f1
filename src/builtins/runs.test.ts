/** `run show` and `run list` over real D1. */
import { env } from 'cloudflare:test'
import { beforeEach, describe, expect, it } from 'vitest'
import { auditEvent } from '../audit/event.ts'
import type { Actor, Channel } from '../chat/invocation.ts'
import { plain, textOf } from '../chat/markdown.ts'
import { type Block, textReply } from '../chat/reply.ts'
import type { Command, Context } from '../command/command.ts'
import { loadRegistry } from '../command/house-registry.ts'
import { appendAudit } from '../db/audit.ts'
import { openDatabase } from '../db/database.ts'
import { insertRun } from '../db/runs.ts'
import type { Json, PawlRecord } from '../json.ts'
import { HOUSE, type House } from './house.ts'
import runList from './run-list.ts'
import runShow from './run-show.ts'

const GRACE: Actor = { platform: 'slack', workspace: 'T1', id: 'UGRACE' }
const ADA: Actor = { platform: 'slack', workspace: 'T1', id: 'UADA' }
const OPS: Channel = { id: 'COPS', kind: 'channel', name: 'ops' }
const RANDOM: Channel = { id: 'CRANDOM', kind: 'channel', name: 'random' }
const NOW = Date.UTC(2026, 0, 2, 3, 4, 5)

const db = openDatabase(env.DB)

function context(actor: Actor, permissions: readonly string[] = [], channel: Channel = OPS): Context {
  const house: Partial<House> = {
    db,
    identity: () => ({ user: null, administrator: false, groups: [], permissions }),
    subject: { user: null, administrator: false, groups: [], permissions: new Set(permissions) },
    registry: loadRegistry(),
  }
  return Object.assign({ run: 'r_0000000000000000', actor, channel, now: () => NOW } as Partial<Context>, {
    [HOUSE]: house,
  }) as Context
}

async function run(command: Command, raw: { [option: string]: Json }, ctx: Context) {
  const checked = command.check(raw)
  if (!checked.ok) throw new Error(checked.problems[0]?.message)
  const result = await command.handler(checked.args, ctx)
  const records = [result].flat() as PawlRecord[]
  const [first, ...rest] = records
  const view = first ? command.view([first, ...rest]) : null
  const seen = view !== null && 'show' in view ? view.show : view
  const buttons = view !== null && 'actions' in view ? view.actions.map(({ label }) => label) : []
  return { records, text: shown((seen as readonly Block[] | null) ?? []), buttons }
}

function shown(blocks: readonly Block[]): string {
  return blocks
    .map((block) => {
      if (block.kind === 'buttons') return ''
      if (block.kind === 'fields') return block.fields.map(({ name, value }) => `${name}: ${textOf(value)}`).join('\n')
      return block.kind === 'code' ? block.text : textOf(block.text)
    })
    .join('\n')
}

interface Made {
  readonly actor?: Actor
  readonly line?: string
  readonly channel?: Channel
  readonly state?: string
  readonly code?: string
  readonly records?: readonly PawlRecord[] | null
  readonly visibility?: 'channel' | 'private'
  readonly says?: string
  readonly at?: number
}

let made = 0

/** A run as the house leaves it. */
async function makeRun({
  actor = GRACE,
  line = 'meow',
  channel = OPS,
  state = 'succeeded',
  code,
  records = [{ a: 1 }, { a: 2 }],
  visibility = 'channel',
  says = 'done',
  at = NOW - 90_000,
}: Made = {}): Promise<string> {
  const id = `r_${String(++made).padStart(16, '0')}`
  await insertRun(db, {
    id,
    digest: 'd',
    source: 'slack.command',
    platform: actor.platform,
    workspace: actor.workspace,
    actor: actor.id,
    channel: JSON.stringify(channel),
    line,
    command: 'meow',
    effects: 'read',
    mode: 'inline',
    retry: 'safe',
    change: id,
    due_at: null,
    address: null,
    created_at: at,
    history: 'whole',
  }).run()
  if (state !== 'accepted')
    await db
      .prepare('UPDATE runs SET state = ?, code = ?, records = ?, reply = ?, ended_at = ? WHERE id = ?')
      .bind(
        state,
        code ?? null,
        records && JSON.stringify(records),
        JSON.stringify(textReply(plain(says), { visibility })),
        at + 350,
        id,
      )
      .run()
  return id
}

beforeEach(async () => {
  await env.DB.prepare('DELETE FROM runs').run()
})

describe('run show', () => {
  it("tells one about one's own run, with its records", async () => {
    const id = await makeRun({ visibility: 'private', channel: { id: 'D1', kind: 'direct' } })
    const { text } = await run(runShow, { run: id }, context(GRACE, [], RANDOM))
    expect(text).toBe(
      [
        `Run: ${id}: succeeded`,
        'Line: meow',
        'Asked by: UGRACE in direct message on slack',
        'When: 2026-01-02 03:02:35 UTC',
        'Took: 350 ms',
        'Answer: in the answer to the request',
        'Audit: no line',
        'a',
        '1',
        '2',
      ].join('\n'),
    )
  })

  it.each([
    ['meow > here', true],
    ['meow *> here #general', true],
    ['meow > #general', false],
    ['meow > me', false],
  ])('counts %j as told in the room: %s', async (line, told) => {
    const id = await makeRun({ line })
    const { text } = await run(runShow, { run: id }, context(ADA, ['run:read']))
    expect(text.includes('not told in this room')).toBe(!told)
  })

  it('says of what is not shown only that, whatever the page', async () => {
    const id = await makeRun({ line: 'meow > #general' })
    for (const page of [1, 2, 99]) {
      const { text } = await run(runShow, { run: id, page }, context(ADA, ['run:read']))
      expect(text).toContain('Its answer was not told in this room')
    }
    await expect(run(runShow, { run: id, page: 2 }, context(GRACE))).rejects.toThrow('has one page')
  })

  it('says why a run failed', async () => {
    const id = await makeRun({ state: 'failed', code: 'handler', records: null, says: 'meow failed: no cat' })
    expect((await run(runShow, { run: id }, context(GRACE))).text).toContain('Reason: meow failed: no cat')
  })

  it('says of a run under way that it has not ended, and for how long', async () => {
    const id = await makeRun({ state: 'accepted' })
    const { text } = await run(runShow, { run: id }, context(GRACE))
    expect(text).toContain('For: 90 s')
    expect(text).toContain('It has not ended yet.')
  })

  it('says so when the records were too many to keep, and when there were none', async () => {
    const lost = await makeRun({ records: null })
    expect((await run(runShow, { run: lost }, context(GRACE))).text).toContain('too many to keep')
    const none = await makeRun({ records: [] })
    expect((await run(runShow, { run: none }, context(GRACE))).text).toContain('It gave no records.')
  })

  it('shows long records a page at a time', async () => {
    const id = await makeRun({ records: Array.from({ length: 60 }, (_, i) => ({ i: `<${i}>` })) })
    const first = await run(runShow, { run: id }, context(GRACE))
    expect(first.text).toContain(`The first 25 of 60 records · next: run show ${id} --page 2`)
    const last = await run(runShow, { run: id, page: 3 }, context(GRACE))
    expect(last.text).toContain('Records 51 to 60 of 60')
    expect(last.text).toContain('<59>')
    expect(last.text).not.toContain('<49>')
    // Who turns the page has read what else there is of the run, and finds the way back.
    expect(first.text).toContain('Asked by')
    expect(last.text).not.toMatch(/Asked by|Audit/)
    expect([first, last].map(({ buttons }) => buttons)).toEqual([['Next page'], ['Previous page']])
    expect((await run(runShow, { run: id, page: 2 }, context(GRACE))).buttons).toEqual(['Previous page', 'Next page'])
    await expect(run(runShow, { run: id, page: 4 }, context(GRACE))).rejects.toThrow('has 3 pages')
  })

  it("hides others' runs from who lacks run:read, in the same words as a run that is not there", async () => {
    const id = await makeRun()
    const missing = 'r_zzzzzzzzzzzzzzzz'
    const refusal = (name: string) => `there is no run ${name} that you may see`
    await expect(run(runShow, { run: id }, context(ADA))).rejects.toThrow(refusal(id))
    await expect(run(runShow, { run: missing }, context(ADA, ['run:read']))).rejects.toThrow(refusal(missing))
  })

  it('shows with run:read the records that this room has seen', async () => {
    const id = await makeRun()
    const { records } = await run(runShow, { run: id }, context(ADA, ['run:read']))
    expect(records[0]).toMatchObject({ records: [{ a: 1 }, { a: 2 }], note: null })
  })

  it.each<[string, Made, Channel]>([
    ['a private answer', { visibility: 'private' }, OPS],
    ['an answer in another room', {}, RANDOM],
    ['an answer in a direct message', { channel: { id: 'D1', kind: 'direct' } }, { id: 'D1', kind: 'direct' }],
    ['an answer that was sent elsewhere', { line: 'meow > me' }, OPS],
    ['a line that was cut before its end', { line: `meow ${'a'.repeat(494)}…` }, OPS],
    ['a line that cannot be read', { line: "meow 'it" }, OPS],
    ['the same ids on another platform', { actor: { ...GRACE, platform: 'discord' } }, OPS],
  ])('never shows somebody else the records or the words of %s', async (_, facts, room) => {
    const id = await makeRun({ ...facts, code: 'view', says: 'a secret word' })
    const { records, text } = await run(runShow, { run: id }, context(ADA, ['run:read'], room))
    expect(records[0]).toMatchObject({ state: 'succeeded', records: null, reason: 'view' })
    expect(text).toContain('what it gave is not shown here')
    expect(JSON.stringify(records)).not.toContain('secret')
  })

  it.each([`meow ${'a'.repeat(493)}…`, 'meow …'])(
    'shows what this room has seen of %s, which ends so itself',
    async (line) => {
      const id = await makeRun({ line })
      const { records } = await run(runShow, { run: id }, context(ADA, ['run:read']))
      expect(records[0]).toMatchObject({ records: [{ a: 1 }, { a: 2 }] })
    },
  )

  it('takes nobody for the owner because of an id that is the same elsewhere', async () => {
    const id = await makeRun({ actor: { ...GRACE, workspace: 'T2' } })
    await expect(run(runShow, { run: id }, context(GRACE))).rejects.toThrow('that you may see')
  })
})

describe('run list', () => {
  it("lists one's own runs, the newest first", async () => {
    const old = await makeRun({ at: NOW - 7_200_000, line: 'old' })
    const young = await makeRun({ at: NOW - 5_000, line: 'young', state: 'failed' })
    await makeRun({ actor: ADA })
    expect((await run(runList, {}, context(GRACE))).records).toEqual([
      { run: young, state: 'failed', age: '5 s', line: 'young' },
      { run: old, state: 'succeeded', age: '2 h', line: 'old' },
    ])
  })

  it("lists everybody's with run:read, and says whose", async () => {
    // The newest of everybody are found in the log.
    for (const id of [await makeRun({ actor: ADA }), await makeRun({})])
      await appendAudit(db, { when: 'always' }, [auditEvent(NOW, 'run.admitted', GRACE, { run: id })]).run()
    const reader = context(ADA, ['run:read'])
    expect((await run(runList, {}, reader)).records.map(({ who }) => who)).toEqual(['UGRACE', 'UADA'])
    expect((await run(runList, { mine: true }, reader)).records).toHaveLength(1)
  })

  it('keeps to a state and to a number', async () => {
    for (let i = 0; i < 3; i++) await makeRun({ at: NOW - i })
    await makeRun({ state: 'failed' })
    expect((await run(runList, { state: 'failed' }, context(GRACE))).records).toHaveLength(1)
    expect((await run(runList, { limit: 2 }, context(GRACE))).records).toHaveLength(2)
  })
})
