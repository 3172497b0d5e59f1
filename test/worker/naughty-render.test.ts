/** Naughty strings in every place of a reply, as both platforms get it: within their limits, and naming nobody. */
import { describe, expect, it } from 'vitest'
import { maskTokens } from '../../src/audit/tokens.ts'
import { cleanReply } from '../../src/chat/clean.ts'
import { discordAnswer, renderDiscord, SNOWFLAKE } from '../../src/chat/discord/render.ts'
import { channelName, code, md, personName, plain, userName } from '../../src/chat/markdown.ts'
import type { Block, Reply } from '../../src/chat/reply.ts'
import { renderSlack, slackAnswer } from '../../src/chat/slack/render.ts'
import { judge, NAUGHTY } from './naughty.kit.ts'

const PLACES: { readonly [place: string]: (text: string) => readonly Block[] } = {
  text: (text) => [{ kind: 'text', text: plain(text) }],
  interpolated: (text) => [{ kind: 'text', text: md`Deployed **${text}** to *${text}* as \`${text}\`: ${text}.` }],
  code: (text) => [{ kind: 'text', text: code(text) }],
  link: (text) => [
    {
      kind: 'text',
      text: {
        spans: [
          { text, link: text },
          { text: 'here', link: text },
        ],
      },
    },
  ],
  block: (text) => [{ kind: 'code', text }],
  fields: (text) => [{ kind: 'fields', fields: [{ name: text, value: plain(text) }] }],
  note: (text) => [{ kind: 'note', text: plain(text) }],
  label: (text) => [
    { kind: 'buttons', buttons: [{ id: 'run.cancel:r_0123456789abcdef', label: text }] },
    { kind: 'text', text: plain(text) },
  ],
  many: (text) => Array.from({ length: 20 }, () => ({ kind: 'text' as const, text: md`${text} and **${text}**` })),
}

/** Places for what names somebody: only what has the shape of an id, and is therefore left out, may. */
const NAMES: { readonly [place: string]: (text: string) => readonly Block[] } = {
  user: (text) => [{ kind: 'text', text: md`by ${userName(text)}` }],
  person: (text) => [{ kind: 'text', text: md`by ${personName(text)}` }],
  room: (text) => [{ kind: 'text', text: md`in ${channelName(text)}` }],
}

function problemsOf(blocks: readonly Block[]): string[] {
  return (['channel', 'private'] as const).flatMap((visibility) => {
    const reply: Reply = cleanReply({ visibility, tone: 'failure', blocks }, maskTokens)
    return [
      ...judge('slack', renderSlack(reply)),
      ...judge('slack', slackAnswer(reply)),
      ...judge('discord', renderDiscord(reply)),
      ...judge('discord', discordAnswer(reply)),
    ]
  })
}

it('the list is there', () => {
  expect(NAUGHTY.length).toBeGreaterThan(500)
})

describe.each(Object.entries({ ...PLACES, ...NAMES }))('in the place "%s"', (place, blocksOf) => {
  it('no string breaks a limit or names anybody', () => {
    const names = place in NAMES
    const wrong = NAUGHTY.filter((text) => !(names && SNOWFLAKE.test(text))).flatMap((text) =>
      problemsOf(blocksOf(text)).map((problem) => [text.slice(0, 60), problem]),
    )
    expect(wrong.slice(0, 10)).toEqual([])
  })
})

it('the judge finds what is wrong', () => {
  expect(judge('slack', { text: '<!channel>', blocks: [] })).not.toEqual([])
  expect(judge('discord', { content: 'hello <@1180000000000000011>' })).not.toEqual([])
  expect(judge('discord', { content: ' ' })).not.toEqual([])
  expect(judge('discord', { content: 'x'.repeat(2_001) })).not.toEqual([])
})
