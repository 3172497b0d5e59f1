import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { renderDiscord } from '../chat/discord/render.ts'
import { md, textOf } from '../chat/markdown.ts'
import type { Block } from '../chat/reply.ts'
import { renderSlack } from '../chat/slack/render.ts'
import type { Command } from '../command/command.ts'
import { defineCommand } from '../command/define.ts'
import type { Json, PawlRecord } from '../json.ts'
import { succeeded } from '../runs/replies.ts'
import { pageCount, pageOf } from './page.ts'
import { layoutOf, viewOf } from './view.ts'
import { widthOf } from './width.ts'

const RUN = 'r_0123456789abcdef'

function command(view?: (records: readonly PawlRecord[]) => ReturnType<typeof md>): Command {
  return defineCommand({
    name: 'try',
    summary: 'Try',
    options: { word: z.string().optional().describe('A word') },
    effects: 'read',
    rules: ['when command is try allow'],
    handler: (): PawlRecord => ({}),
    ...(view && { view }),
  }) as Command
}

const PLAIN = command()

/** Blocks as a person reads them. */
function shown(blocks: readonly Block[]): string {
  return blocks
    .map((block) => {
      if (block.kind === 'buttons') return ''
      if (block.kind === 'fields') return block.fields.map(({ name, value }) => `${name}: ${textOf(value)}`).join('\n')
      return block.kind === 'code' ? block.text : textOf(block.text)
    })
    .join('\n')
}

const see = (...records: PawlRecord[]) => shown(viewOf(RUN, PLAIN, records).blocks)
const kinds = (...records: PawlRecord[]) => viewOf(RUN, PLAIN, records).blocks.map(({ kind }) => kind)
const many = (count: number, make: (i: number) => PawlRecord) => Array.from({ length: count }, (_, i) => make(i))

describe('the view of records', () => {
  it('is a sentence for none', () => {
    expect(see()).toBe('Done. There is nothing to show.')
  })

  it('is the own one of the command where it has one', () => {
    const own = command((records) => md`${records.length} of them`)
    expect(shown(viewOf(RUN, own, [{ a: 1 }, { a: 2 }]).blocks)).toBe('2 of them')
  })

  it('is a table for uniform records, numbers to the right', () => {
    expect(see({ app: 'web', size: 3, up: true }, { app: 'longer', size: 120, up: null })).toBe(
      ['app     size  up', 'web        3  true', 'longer   120  –'].join('\n'),
    )
    expect(kinds({ a: 1 }, { a: 2 })).toEqual(['code'])
  })

  it('aligns by what is seen, not by characters', () => {
    expect(see({ a: '日本', n: 1 }, { a: '👍', n: 22 }, { a: 'plain', n: 333 })).toBe(
      ['a        n', '日本     1', '👍      22', 'plain  333'].join('\n'),
    )
  })

  it('leaves a gap where a field is missing, and writes nested values on one line', () => {
    expect(see({ a: 'x', tags: ['one', 'two'] }, { a: 'y', spec: { size: 1 } }, { a: 'z', tags: [], spec: {} })).toBe(
      ['a  tags      spec', 'x  one, two', 'y            {"size":1}', 'z            {}'].join('\n'),
    )
  })

  it('cuts the widest column to fit the line, and never one that can be copied', () => {
    const [title = '', row = ''] = see(
      { id: RUN, line: 'x'.repeat(100), note: 'y'.repeat(100) },
      { id: RUN, line: '', note: '' },
    ).split('\n')
    expect(widthOf(row)).toBe(72)
    expect(row).toContain(RUN)
    expect(title).toContain('id ')
  })

  it('shows records too wide for a table field by field', () => {
    const wide = (i: number): PawlRecord => ({ one: 'a'.repeat(30), two: 'b'.repeat(30), three: 'c'.repeat(30), i })
    expect(kinds(wide(1), wide(2))).toEqual(['text', 'fields', 'text', 'fields'])
    expect(see(wide(1), wide(2))).toContain(`2.\none: ${'a'.repeat(30)}`)
  })

  it('shows records without anything in common field by field', () => {
    expect(kinds({ a: 1, b: 1 }, { c: 1, d: 1 }, { e: 1, f: 1 })).toEqual(Array(3).fill(['text', 'fields']).flat())
  })

  it('is fields for one record, with text of several lines in a code block', () => {
    expect(see({ app: 'web', tags: ['a', 'b'], spec: { size: 1 }, none: null })).toBe(
      'app: web\ntags: a, b\nspec: {"size":1}\nnone: –',
    )
    expect(kinds({ app: 'web', log: 'one\ntwo', ok: true })).toEqual(['fields', 'text', 'code', 'fields'])
    expect(see({})).toBe('The record is empty.')
  })

  it('is text for text', () => {
    expect(see({ value: 'hello' })).toBe('hello')
    expect(kinds({ value: 'hello' })).toEqual(['text'])
    expect(see({ value: 1 }, { value: 'two' }, { value: null })).toBe('1\ntwo\n–')
    expect(kinds({ value: 'one' }, { value: 'two' })).toEqual(['text'])
  })

  it.each(['a  b\nc  d', '[\n  1\n]', 'a   b', 'a\tb'])('is a code block for text with a look: %j', (value) => {
    expect(viewOf(RUN, PLAIN, [{ value }]).blocks).toEqual([{ kind: 'code', text: value }])
  })

  it('takes a field named value beside others for a field', () => {
    expect(see({ value: 'x', other: 1 })).toBe('value: x\nother: 1')
  })
})

describe('a long result', () => {
  it('shows 25 rows whole, and of 26 the first 25 with how to see the rest', () => {
    expect(see(...many(25, (i) => ({ i }))).split('\n')).toHaveLength(26)
    const text = see(...many(26, (i) => ({ i })))
    expect(text.split('\n')).toHaveLength(27)
    expect(text).toContain('The first 25 of 26 records · next: run show r_0123456789abcdef --page 2')
  })

  it('that was too long to keep says how to make it shorter', () => {
    const text = see(...many(900, (i) => ({ i, text: 'x'.repeat(100) })))
    expect(text).toContain('of 900 records · too much to keep')
    expect(text).toContain('| head')
  })

  it('of text is cut between lines', () => {
    const value = many(100, (i) => ({ i }))
      .map(({ i }) => `line ${i}`)
      .join('\n')
    expect(see({ value })).toContain('The first 60 of 100 lines')
  })

  it('in one value says how long it is', () => {
    expect(see({ value: 'x'.repeat(9_000) })).toContain('… (9000 characters in all)')
    expect(see({ name: 'x', log: 'y'.repeat(9_000) })).not.toContain('y'.repeat(4_000))
  })

  it('has pages that show everything once', () => {
    const layout = layoutOf(many(60, (i) => ({ i: `<${i}>` })))
    const texts = [1, 2, 3].map((number) => shown(pageOf(layout, number)?.blocks ?? []))
    for (let i = 0; i < 60; i++) expect(texts.filter((text) => text.includes(`<${i}>`))).toHaveLength(1)
    expect(pageOf(layout, 3)).toMatchObject({ first: 51, last: 60, isLast: true })
    expect(pageOf(layout, 4)).toBeNull()
    expect(pageCount(layout)).toBe(3)
  })
})

const HOSTILE = [
  '`',
  '```',
  '**',
  '\n',
  '  ',
  '\t',
  '"',
  '\\',
  '<@U1>',
  'https://x.test/a',
  '日',
  '👩‍👩‍👧‍👦',
  '\u0301',
  '\ud800',
  '\u202e',
  '',
]
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.array(fc.constantFrom(...HOSTILE), { maxLength: 8 }).map((pieces) => pieces.join('')),
  fc
    .tuple(fc.constantFrom(...HOSTILE, 'word ', 'https://x.test/a '), fc.integer({ min: 1, max: 6_000 }))
    .map(([piece, times]) => piece.repeat(times)),
)
const scalar: fc.Arbitrary<Json> = fc.oneof(
  text,
  fc.double({ noNaN: true }),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
)
const value: fc.Arbitrary<Json> = fc.oneof(
  { weight: 5, arbitrary: scalar },
  { weight: 1, arbitrary: fc.array(scalar, { maxLength: 5 }) },
  { weight: 1, arbitrary: fc.dictionary(text, scalar, { maxKeys: 3 }) },
)
const record: fc.Arbitrary<PawlRecord> = fc.oneof(
  fc.dictionary(fc.oneof(fc.constantFrom('a', 'b', 'value', '__proto__', 'constructor'), text), value, { maxKeys: 20 }),
  value.map((one) => ({ value: one })),
)
const records: fc.Arbitrary<PawlRecord[]> = fc.oneof(
  fc.array(record, { maxLength: 8 }),
  fc.tuple(record, fc.integer({ min: 1, max: 60 })).map(([one, times]) => Array<PawlRecord>(times).fill(one)),
  fc.array(
    value.map((one) => ({ value: one })),
    { maxLength: 40 },
  ),
)

describe('whatever the records', () => {
  it('a page of them is within the limits of both platforms, and neither has to cut it', () => {
    fc.assert(
      fc.property(records, fc.integer({ min: 2, max: 5 }), (all, number) => {
        for (const blocks of [viewOf(RUN, PLAIN, all).blocks, pageOf(layoutOf(all), number)?.blocks ?? []]) {
          const reply = succeeded(RUN, blocks, 'channel', true)
          const slack = renderSlack(reply)
          expect(JSON.stringify(slack.blocks)).not.toContain('the rest was left out')
          expect(slack.blocks.length).toBeLessThanOrEqual(50)
          const discord = renderDiscord(reply)
          expect(JSON.stringify(discord)).not.toContain('the rest was left out')
          expect(discord.content.length).toBeLessThanOrEqual(2_000)
        }
      }),
      { numRuns: 150 },
    )
  })

  it('the pages together count every one, in order, and end', () => {
    fc.assert(
      fc.property(records, (all) => {
        const layout = layoutOf(all)
        const pages = pageCount(layout)
        let next = 1
        for (let number = 1; number <= pages; number++) {
          const page = pageOf(layout, number)
          expect(page?.first).toBe(next)
          expect(page?.isLast).toBe(number === pages)
          next = (page?.last ?? 0) + 1
        }
        expect(next - 1).toBe(layout.total)
        expect(pageOf(layout, pages + 1)).toBeNull()
        if (layout.unit === 'record') expect(layout.total).toBe(all.length)
      }),
      { numRuns: 100 },
    )
  })

  it('no line of a table is wider than 72', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ a: scalar, b: scalar, c: scalar }), { minLength: 2, maxLength: 30 }), (all) => {
        for (const block of viewOf(RUN, PLAIN, all).blocks)
          if (block.kind === 'code')
            for (const line of block.text.split('\n')) expect(widthOf(line)).toBeLessThanOrEqual(72)
      }),
    )
  })
})
