import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { code, md, personName, personText, plain, timeOf, userName, userNamed } from '../markdown.ts'
import { anyReply } from '../reply.arbitrary.ts'
import { type Reply, textReply } from '../reply.ts'
import { escapeSlack, renderSlack, slackAnswer } from './render.ts'

/** Every string of a message in which Slack would look for markup. */
function markup(message: ReturnType<typeof renderSlack>): string[] {
  return [
    message.text,
    ...message.blocks.flatMap((block) =>
      block.type === 'context' ? block.elements.flatMap((element) => ('text' in element ? [element.text] : [])) : [],
    ),
  ]
}

const inRoom = { visibility: 'channel' } as const

describe('a reply in Slack', () => {
  it('is rich text, with the style that the author gave it', () => {
    expect(
      renderSlack(textReply(md`Deployed **${'web'}** to \`${'prod'}\`, see [the log](https://x.test/1)`)).blocks,
    ).toEqual([
      {
        type: 'rich_text',
        elements: [
          {
            type: 'rich_text_section',
            elements: [
              { type: 'text', text: 'Deployed ' },
              { type: 'text', text: 'web', style: { bold: true } },
              { type: 'text', text: ' to ' },
              { type: 'text', text: 'prod', style: { code: true } },
              { type: 'text', text: ', see ' },
              { type: 'link', url: 'https://x.test/1', text: 'the log' },
            ],
          },
        ],
      },
    ])
  })

  it('keeps code to the letter, backquotes and all', () => {
    const text = 'a ``` b <!here> *c*'
    expect(renderSlack({ ...textReply(plain('')), blocks: [{ kind: 'code', text }] }).blocks).toEqual([
      { type: 'rich_text', elements: [{ type: 'rich_text_preformatted', elements: [{ type: 'text', text }] }] },
    ])
  })

  it('names a person with a mention to the asker, and with a link, which notifies nobody, to the room', () => {
    const element = (reply: Reply) => JSON.stringify(renderSlack(reply).blocks)
    expect(element(textReply(userName('U123')))).toContain('{"type":"user","user_id":"U123"}')
    expect(element(textReply(userName('U123'), inRoom))).toContain(
      '"type":"link","url":"https://slack.com/app_redirect?channel=U123"',
    )
    expect(element(textReply(userNamed('U123', 'ada'), inRoom))).toContain('channel=U123","text":"ada"')
    expect(element(textReply(userNamed('U123', 'ada')))).toContain('{"type":"user","user_id":"U123"}')
    expect(element(textReply(userName('nobody <!here>')))).toContain('{"type":"text","text":"nobody <!here>"}')
  })

  it('shows a room that somebody typed into a text by its name, and only what can be the id of one', () => {
    const element = (reply: Reply) => JSON.stringify(renderSlack(reply).blocks)
    const room = '{"type":"channel","channel_id":"C0GENERAL1"}'
    expect(element(textReply(md`Frozen: ${'see #C0GENERAL1.'}`, inRoom))).toContain(
      `{"type":"text","text":"see "},${room}`,
    )
    expect(element(textReply(code('deploy web > #C0GENERAL1'), inRoom))).toContain(room)
    const { blocks } = renderSlack({ ...textReply(plain('')), blocks: [{ kind: 'code', text: 'x > #C0GENERAL1' }] })
    expect(blocks[1]).toMatchObject({ elements: [{ text: '`#C0GENERAL1` is <#C0GENERAL1>' }] })
    for (const text of [
      '#C0GENERAL…',
      '#C0FFEE00',
      '#GENERALLY',
      'a#C0GENERAL1',
      '##C0GENERAL1',
      '@C0GENERAL1',
      '#C0GENERAL1x',
    ])
      expect(element(textReply(plain(text)))).toContain(`"text":"${text}"`)
  })

  it('shows a person whom somebody typed into a text by name to the asker, and as a link to the room', () => {
    const element = (reply: Reply) => JSON.stringify(renderSlack(reply).blocks)
    const text = md`Asked ${'@U0GRACE001, twice'}`
    expect(element(textReply(text))).toContain(
      '{"type":"user","user_id":"U0GRACE001"},{"type":"text","text":", twice"}',
    )
    expect(element(textReply(text, inRoom))).toContain('?channel=U0GRACE001","text":"@U0GRACE001"}')
    const coded: Reply = { ...textReply(plain('')), blocks: [{ kind: 'code', text: 'group add a @U0GRACE001' }] }
    expect(element(coded)).toContain('`@U0GRACE001` is <@U0GRACE001>')
    expect(renderSlack({ ...coded, ...inRoom }).blocks).toHaveLength(1)
    for (const no of [
      '@U0GRACE…',
      '@U0GRACE',
      '@UNGRATEFUL',
      'a@U0GRACE001',
      '@@U0GRACE001',
      '#U0GRACE001',
      '@U0GRACE001x',
    ])
      expect(element(textReply(plain(no)))).toContain(`"text":"${no}"`)
  })

  it('names an administrator who is no user of Pawl in words where a mention would call', () => {
    const element = (reply: Reply) => JSON.stringify(renderSlack(reply).blocks)
    const admin = personName('U0ADMIN0001', 'an administrator')
    expect(element(textReply(admin))).toContain('{"type":"user","user_id":"U0ADMIN0001"}')
    expect(element(textReply(admin, inRoom))).toContain(
      '?channel=U0ADMIN0001","text":"an administrator (U0ADMIN0001 on Slack)"}',
    )
    expect(element(textReply(personName('1180000000000000011')))).toContain('"1180000000000000011 on Discord"')
    expect(element(textReply(plain(personText('U0ADMIN0001', 'an administrator'))))).toContain(
      '{"type":"text","text":"an administrator ("},{"type":"user","user_id":"U0ADMIN0001"}',
    )
  })

  it("shows a moment in the reader's own time zone, and in UTC where Slack cannot", () => {
    const until = md`until ${timeOf(1_780_000_000_999)}`
    const { text, blocks } = renderSlack({
      ...textReply(until),
      blocks: [
        { kind: 'text', text: until },
        { kind: 'note', text: until },
      ],
    })
    expect(text).toBe('until 2026-05-28T20:26:40Z\nuntil 2026-05-28T20:26:40Z')
    expect(blocks).toMatchObject([
      {
        elements: [
          {
            elements: [
              { type: 'text', text: 'until ' },
              {
                type: 'date',
                timestamp: 1_780_000_000,
                format: '{date_short_pretty} {time}',
                fallback: '2026-05-28T20:26:40Z',
              },
            ],
          },
        ],
      },
      { elements: [{ text: 'until <!date^1780000000^{date_short_pretty} {time}|2026-05-28T20:26:40Z>' }] },
    ])
  })

  it.each([-1, Number.NaN, 1.5, 8.64e15 + 1])('a moment that is none (%s) is its text', (time) => {
    const { blocks } = renderSlack(textReply({ spans: [{ text: 'then', time }] }))
    expect(JSON.stringify(blocks)).toContain('{"type":"text","text":"then"}')
  })

  it('says the tone in front of the first words, and in the notification too', () => {
    const { text, blocks } = renderSlack(textReply(plain('no such service'), { tone: 'failure' }))
    expect(text).toBe('❌ no such service')
    expect(JSON.stringify(blocks)).toContain('❌ ')
  })

  it('without a word says that there is no output', () => {
    for (const blocks of [
      [],
      [{ kind: 'text', text: plain('  ') }],
      [{ kind: 'code', text: '\n' }],
    ] as Reply['blocks'][])
      expect(renderSlack({ ...textReply(plain('')), blocks }).text).toBe('Done. There is no output.')
  })

  it('small print is escaped, and no backquote of data begins code', () => {
    const text = md`run ${'`<!here>` & co'} by ${code('a`b')}`
    expect(renderSlack({ ...textReply(plain('x')), blocks: [{ kind: 'note', text }] }).blocks).toEqual([
      {
        type: 'context',
        elements: [{ type: 'mrkdwn', text: 'run ˋ&lt;!here&gt;ˋ &amp; co by `aˋb`', verbatim: true }],
      },
    ])
  })

  it('that is too long ends with a word that says so, and keeps its buttons', () => {
    const reply: Reply = {
      ...textReply(plain('x')),
      blocks: [
        { kind: 'code', text: 'line\n'.repeat(20_000) },
        { kind: 'buttons', buttons: [{ id: 'cancel', label: 'Cancel', style: 'danger' }] },
      ],
    }
    const { blocks } = renderSlack(reply)
    expect(JSON.stringify(blocks.at(-2))).toContain('the rest was left out')
    expect(blocks.at(-1)).toMatchObject({ type: 'actions', elements: [{ action_id: 'cancel', style: 'danger' }] })
  })

  it('that fits says nothing of a cut, at the very limit of one block', () => {
    for (const [length, blocks] of [
      [3_000, 1],
      [3_001, 2],
    ] as const) {
      const message = renderSlack(textReply(plain('x'.repeat(length))))
      expect(message.blocks).toHaveLength(blocks)
      expect(JSON.stringify(message)).not.toContain('left out')
    }
  })

  it('is for the asker while it is pending, whoever may see the end', () => {
    expect(slackAnswer(textReply(plain('x'), { ...inRoom, pending: true })).response_type).toBe('ephemeral')
    expect(slackAnswer(textReply(plain('x'), inRoom)).response_type).toBe('in_channel')
    expect(slackAnswer(textReply(plain('x'))).response_type).toBe('ephemeral')
  })

  it('of any Unicode stays within the limits and mentions nobody', () => {
    fc.assert(
      fc.property(anyReply, (reply) => {
        const message = renderSlack({ ...reply, visibility: 'channel' })
        expect(message.blocks.length).toBeGreaterThan(0)
        expect(message.blocks.length).toBeLessThanOrEqual(50)
        expect(message.text.length).toBeLessThanOrEqual(4_000)
        expect(message.text.trim()).not.toBe('')
        expect(JSON.stringify(message)).not.toContain('"type":"user"')
        for (const text of markup(message)) {
          // Only links that begin with https, names of rooms, and moments: none notifies.
          expect(text.replace(/<(?:https?:\/\/[^<>]*|#[CGD][A-Z0-9]+|!date\^\d+\^[^<>]*)>/g, '')).not.toMatch(/[<>]/)
          expect(text.isWellFormed()).toBe(true)
        }
        for (const block of message.blocks) {
          if (block.type === 'rich_text') expect(leaves(block).join('').length).toBeLessThanOrEqual(3_000)
          if (block.type === 'rich_text') for (const leaf of leaves(block)) expect(leaf).not.toBe('')
          if (block.type === 'context')
            for (const text of markup({ ...message, text: '', blocks: [block] }))
              expect(text.length).toBeLessThanOrEqual(3_000)
          if (block.type === 'actions') {
            expect(block.elements.length).toBeLessThanOrEqual(25)
            expect(new Set(block.elements.map((element) => JSON.stringify(element))).size).toBe(block.elements.length)
          }
        }
      }),
      { numRuns: 300 },
    )
  })

  it('any text is escaped into one that decodes to itself', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const escaped = escapeSlack(text)
        expect(escaped).not.toMatch(/[<>]/)
        expect(escaped.replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&amp;/g, '&')).toBe(text)
      }),
    )
  })
})

function leaves(node: unknown): string[] {
  if (Array.isArray(node)) return node.flatMap(leaves)
  if (typeof node !== 'object' || node === null) return []
  return 'text' in node && typeof node.text === 'string' ? [node.text] : 'elements' in node ? leaves(node.elements) : []
}
