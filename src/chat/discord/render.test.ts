import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { channelName, code, md, personName, plain, timeOf, userName, userNamed } from '../markdown.ts'
import { anyReply } from '../reply.arbitrary.ts'
import { type Reply, textReply } from '../reply.ts'
import { discordAnswer, escapeDiscord, renderDiscord } from './render.ts'

const content = (reply: Reply) => renderDiscord(reply).content
const one = (block: Reply['blocks'][number]) => content({ ...textReply(plain('')), blocks: [block] })

describe('a reply in Discord', () => {
  it('has the style that the author gave it', () => {
    expect(content(textReply(md`Deployed **${'web-api'}** to \`${'prod'}\`, see [the log](https://x.test/1)`))).toBe(
      'Deployed **web-api** to `prod`, see [the log](<https://x.test/1>)',
    )
  })

  it.each([
    ['**bold** _it_ ~~x~~ `c` ||s||', '\\*\\*bold\\*\\* \\_it\\_ \\~\\~x\\~\\~ \\`c\\` \\|\\|s\\|\\|'],
    ['<@1> <#2> <@&3> <t:4>', '\\<@1> \\<#2> \\<@&3> \\<t:4>'],
    ['# no heading\n> no quote\n- no list', '\\# no heading\n\\> no quote\n\\- no list'],
    ['a # b > c - d', 'a # b > c - d'],
    ['[label](https://x.test)', '\\[label\\](<https://x.test>)'],
    ['at https://x.test/a_b.', 'at <https://x.test/a_b>.'],
  ])('data %j stays data', (data, shown) => {
    expect(content(textReply(md`${data}`))).toBe(shown)
  })

  it('no run of backquotes ends a code block', () => {
    expect(one({ kind: 'code', text: 'a```b' })).toBe('```\na`\u200b`\u200b`\u200bb\n```')
  })

  it('no backquote ends inline code', () => {
    expect(content(textReply(code('a`b\nc')))).toBe('`aˋb c`')
  })

  it('names people and rooms by id only where it is one', () => {
    expect(content(textReply(userName('123')))).toBe('<@123>')
    expect(content(textReply(userNamed('123', 'ada')))).toBe('<@123>')
    expect(content(textReply(channelName('123')))).toBe('<#123>')
    expect(content(textReply(userName('&1')))).toBe('&1')
    expect(content(textReply(personName('U0ADMIN0001', 'an administrator')))).toBe(
      'an administrator (U0ADMIN0001 on Slack)',
    )
    expect(content(textReply(personName('1180000000000000011', 'an administrator')))).toBe('<@1180000000000000011>')
    expect(content(textReply(personName('ada', 'an administrator')))).toBe('ada')
  })

  it('shows a room and a person that somebody typed into a text by name, and no shorter number', () => {
    expect(content(textReply(md`see ${'#1180000000000000021'}`))).toBe('see <#1180000000000000021>')
    expect(content(textReply(code('x > #1180000000000000021')))).toBe('`x > `<#1180000000000000021>')
    expect(content(textReply(md`issue ${'#1180'}`))).toBe('issue #1180')
    expect(content(textReply(md`ask ${'@1180000000000000011'}`))).toBe('ask <@1180000000000000011>')
    expect(content(textReply(md`ask ${'@1180 or a@1180000000000000011'}`))).toBe('ask @1180 or a@1180000000000000011')
    expect(one({ kind: 'code', text: 'x > #1180000000000000021' })).toBe(
      '```\nx > #1180000000000000021\n```\n-# `#1180000000000000021` is <#1180000000000000021>',
    )
    expect(one({ kind: 'code', text: 'by @1180000000000000011' })).toContain(
      '-# `@1180000000000000011` is <@1180000000000000011>',
    )
  })

  it("shows a moment in the reader's own time zone", () => {
    expect(content(textReply(md`until ${timeOf(1_780_000_000_999)}`))).toBe('until <t:1780000000:f>')
    expect(content(textReply({ spans: [{ text: 'then', time: -1 }] }))).toBe('then')
    expect(content(textReply({ spans: [{ text: 'then', time: 8.64e15 }] }))).toBe('<t:8640000000000:f>')
  })

  it('small print and fields are lines of their own', () => {
    expect(one({ kind: 'note', text: md`run ${'7\n# x'}` })).toBe('-# run 7 # x')
    expect(
      one({
        kind: 'fields',
        fields: [
          { name: 'a', value: plain('1') },
          { name: 'b', value: plain('') },
        ],
      }),
    ).toBe('**a: **1\n**b: **–')
  })

  it('goes into embeds when it is one character too long for content', () => {
    const lines = (length: number) => ({ kind: 'text', text: plain('x'.repeat(length)) }) as const
    const fits = renderDiscord({ ...textReply(plain('')), blocks: [lines(1_000), lines(999)] })
    expect([fits.content.length, fits.embeds.length]).toEqual([2_000, 0])
    const over = renderDiscord({ ...textReply(plain('')), blocks: [lines(1_000), lines(1_000)] })
    expect([over.content, over.embeds.length]).toEqual(['', 1])
  })

  it('that is too long for all embeds ends with a word that says so', () => {
    const { embeds } = renderDiscord({
      ...textReply(plain('')),
      blocks: [{ kind: 'code', text: 'line\n'.repeat(9_000) }],
    })
    expect(embeds.at(-1)?.description).toMatch(/left out\.$/)
  })

  it('has its buttons in rows of five, twenty-five in all, each id once', () => {
    const buttons = Array.from({ length: 40 }, (_, i) => ({ id: `b${i % 30}`, label: `B${i}` }))
    const { components } = renderDiscord({ ...textReply(plain('x')), blocks: [{ kind: 'buttons', buttons }] })
    expect(components.map((row) => row.components.length)).toEqual([5, 5, 5, 5, 5])
  })

  it('is ephemeral when it is private', () => {
    expect(discordAnswer(textReply(plain('x'))).flags).toBe(64)
    expect(discordAnswer(textReply(plain('x'), { visibility: 'channel' })).flags).toBe(0)
  })

  it('of any Unicode stays within the limits and mentions nobody', () => {
    fc.assert(
      fc.property(anyReply, (reply) => {
        const message = renderDiscord(reply)
        expect(message.allowed_mentions).toEqual({ parse: [] })
        const descriptions = message.embeds.map((embed) => embed.description ?? '')
        expect(message.content.length).toBeLessThanOrEqual(2_000)
        expect((message.content + descriptions.join('')).trim()).not.toBe('')
        expect(descriptions.length).toBeLessThanOrEqual(10)
        expect(descriptions.join('').length).toBeLessThanOrEqual(6_000)
        for (const text of [message.content, ...descriptions]) {
          expect(text.length).toBeLessThanOrEqual(4_096)
          expect(text.isWellFormed()).toBe(true)
          // Each fence that we open we close: data adds none.
          expect((text.match(/```/g) ?? []).length % 2).toBe(0)
        }
        for (const row of message.components) {
          expect(row.components.length).toBeLessThanOrEqual(5)
          for (const { label } of row.components) {
            expect((label ?? '').length).toBeGreaterThan(0)
            expect((label ?? '').length).toBeLessThanOrEqual(80)
          }
        }
      }),
      { numRuns: 300 },
    )
  })

  it('any text is escaped into one that Discord unescapes to itself', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(escapeDiscord(text).replace(/\\([^0-9A-Za-z\s])/gu, '$1')).toBe(text)
      }),
    )
  })
})
