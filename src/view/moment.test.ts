import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { renderDiscord } from '../chat/discord/render.ts'
import { code, md, textOf } from '../chat/markdown.ts'
import { textReply } from '../chat/reply.ts'
import { renderSlack } from '../chat/slack/render.ts'
import type { Command, View } from '../command/command.ts'
import { defineCommand } from '../command/define.ts'
import type { PawlRecord } from '../json.ts'
import { momentShown, momentsShown, plainMoment } from './moment.ts'
import { layoutOf, viewOf } from './view.ts'

const AT = '2026-11-21T14:05:09.123Z'
const MS = Date.parse(AT)

function blocks(records: readonly PawlRecord[], view?: (records: readonly PawlRecord[]) => View) {
  const command = defineCommand({
    name: 'try',
    summary: 'Try',
    options: {},
    effects: 'read',
    rules: ['when command is try allow'],
    handler: (): PawlRecord => ({}),
    ...(view && { view }),
  }) as Command
  return viewOf('r_0123456789abcdef', command, records).blocks
}

describe('a moment in a record', () => {
  it('is shown as each platform shows one where it is a field, and keeps to UTC in bare text', () => {
    const shown = { ...textReply(md``), blocks: blocks([{ app: 'web', at: AT, until: '2026-12-01 18:00 UTC' }]) }
    expect(renderDiscord(shown).content).toBe(
      `**app: **web\n**at: **<t:${Math.floor(MS / 1_000)}:f>\n**until: **<t:1796148000:f>`,
    )
    const { text, blocks: rich } = renderSlack(shown)
    expect(text).toBe('app: web\nat: 2026-11-21 14:05:09 UTC\nuntil: 2026-12-01 18:00 UTC')
    expect(JSON.stringify(rich)).toContain(`"type":"date","timestamp":${Math.floor(MS / 1_000)}`)
  })

  it('is shown so in each of several records that make no table', () => {
    const records = ['a', 'b'].map((name) => ({
      one: name.repeat(30),
      two: name.repeat(30),
      three: name.repeat(30),
      at: AT,
    }))
    const times = blocks(records).flatMap((block) =>
      block.kind === 'fields' ? block.fields.flatMap(({ value }) => value.spans.map(({ time }) => time)) : [],
    )
    expect(times.filter((time) => time !== undefined)).toEqual([MS, MS])
  })

  it('stands in a table in UTC to the second, without the T and the milliseconds', () => {
    expect(
      blocks([
        { at: AT, app: 'web' },
        { at: '2026-11-21T14:05Z', app: 'api' },
        { at: null, app: 'new' },
      ]),
    ).toEqual([
      {
        kind: 'code',
        text: `at${' '.repeat(23)}app\n2026-11-21 14:05:09 UTC  web\n2026-11-21 14:05 UTC     api\n–${' '.repeat(24)}new`,
      },
    ])
  })

  it('stays to the letter where the record is nothing but text', () => {
    expect(blocks([{ value: AT }])).toEqual([{ kind: 'text', text: { spans: [{ text: AT }] } }])
  })
})

describe("a moment in a command's own view", () => {
  const record = [{ at: AT }]

  it('is shown as such in its sentences, fields and notes, but not in code', () => {
    const view = (): View => [
      { kind: 'text', text: md`Saved **at ${AT}** by ada, see ${code(`x --until ${AT}`)}` },
      { kind: 'fields', fields: [{ name: 'Until', value: md`${'2026-12-01 18:00 UTC'}` }] },
      { kind: 'note', text: md`since ${AT}.` },
      { kind: 'code', text: AT },
    ]
    const [said, fields, note, fixed] = blocks(record, view)
    expect(said).toEqual({
      kind: 'text',
      text: {
        spans: [
          { text: 'Saved ' },
          { text: 'at ', bold: true },
          { text: '2026-11-21 14:05:09 UTC', time: MS },
          { text: ' by ada, see ' },
          { text: `x --until ${AT}`, code: true },
        ],
      },
    })
    expect(fields).toMatchObject({ fields: [{ value: { spans: [{ time: 1_796_148_000_000 }] } }] })
    expect(note).toMatchObject({ text: { spans: [{ text: 'since ' }, { time: MS }, { text: '.' }] } })
    expect(fixed).toEqual({ kind: 'code', text: AT })
  })

  it.each([
    [20, true],
    [21, false],
  ])('is one of %s: %s, for a list has to fit as it was written', (count, shown) => {
    const [block] = blocks(record, () => md`${Array(count).fill(AT).join('\n')}`)
    expect(JSON.stringify(block).includes('"time"')).toBe(shown)
  })
})

describe('a moment', () => {
  it.each([
    '2026-11-21T14:05:09Z',
    '2026-11-21T14:05Z',
    '2026-11-21 14:05 UTC',
    '2026-11-21 14:05:09 UTC',
    '2026-11-21T14:05:09.123456789Z',
  ])('is %s', (text) => {
    const moment = momentShown(text)
    expect(moment?.spans).toHaveLength(1)
    expect(Math.floor((moment?.spans[0]?.time ?? 0) / 60_000)).toBe(Math.floor(MS / 60_000))
    expect(plainMoment(text)).toMatch(/^2026-11-21 14:05(:09)? UTC$/)
  })

  it.each([
    '2026-11-21',
    '2026-02-31T14:05:09Z',
    '2026-11-21T24:05:09Z',
    '1969-12-31T23:59:59Z',
    '2026-11-21T14:05:09+02:00',
    '2026-11-21T14:05:09',
    '2026-11-21 14:05 UTC+2',
    'x2026-11-21T14:05:09Z',
    'log-2026-11-21T14:05:09Z',
    '/2026-11-21T14:05:09Z',
    '2026-11-21T14:05:09Z.log',
    '',
  ])('is not %j', (text) => {
    expect(momentShown(text)).toBeNull()
    expect(plainMoment(text)).toBe(text)
  })

  it('takes nothing of the text around it', () => {
    const pieces = fc.array(fc.oneof(fc.string(), fc.constantFrom(' 2026-11-21 14:05 UTC ', ' 2026-11-21T14:05:09Z')))
    fc.assert(
      fc.property(pieces, (all) => {
        const text = all.join('')
        const same = (told: string) => told.replace(/T(?=\d\d:)/g, ' ').replace(/ UTC/g, 'Z')
        expect(same(textOf(momentsShown(text)))).toBe(same(text))
      }),
    )
  })
})

it('a page of records full of moments and accounts is cut by neither platform', () => {
  const keys = ['who', 'by', 'at', 'since', 'until', 'note']
  const value = fc.constantFrom(
    AT,
    'U0ADMIN0001',
    '1180000000000000011',
    '@U0ADMIN0001 #C0GENERAL1 '.repeat(60),
    '2026-12-01 18:00 UTC',
  )
  const record = fc.dictionary(fc.constantFrom(...keys), value, { minKeys: 1 })
  fc.assert(
    fc.property(fc.array(record, { minLength: 1, maxLength: 40 }), (records) => {
      const page = layoutOf(records).from(0)
      const reply = {
        ...textReply(md``),
        blocks: [...page.blocks, { kind: 'note', text: md`run r_0123456789abcdef` } as const],
      }
      for (const visibility of ['channel', 'private'] as const) {
        expect(JSON.stringify(renderSlack({ ...reply, visibility }))).not.toContain('left out')
        expect(JSON.stringify(renderDiscord({ ...reply, visibility }))).not.toContain('left out')
      }
      const [only, ...rest] = page.blocks
      // A table stays in the content: an embed would break its lines.
      if (only?.kind === 'code' && rest.length < 2) expect(renderDiscord(reply).embeds).toEqual([])
    }),
    { numRuns: 150 },
  )
})
