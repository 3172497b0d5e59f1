import { expect, it } from 'vitest'
import { renderDiscord } from '../chat/discord/render.ts'
import { md } from '../chat/markdown.ts'
import { textReply } from '../chat/reply.ts'
import { renderSlack } from '../chat/slack/render.ts'
import type { PawlRecord } from '../json.ts'
import { layoutOf } from './view.ts'

const U = 'U0ADMIN0001'
const D = '1180000000000000011'
const replyOf = (...records: PawlRecord[]) => ({ ...textReply(md``), blocks: layoutOf(records).from(0).blocks })
const inRoom = (reply: ReturnType<typeof replyOf>) => ({ ...reply, visibility: 'channel' as const })

it('who is noted by an account is a mention in a field at home, a link in a room of Slack, and words elsewhere', () => {
  const reply = replyOf({ freeze: 1, by: U })
  expect(JSON.stringify(renderSlack(reply).blocks)).toContain(`{"type":"user","user_id":"${U}"}`)
  expect(JSON.stringify(renderSlack(inRoom(reply)).blocks)).toContain(
    `{"type":"link","url":"https://slack.com/app_redirect?channel=${U}","text":"${U} on Slack"}`,
  )
  expect(renderDiscord(reply).content).toContain(`**by: **${U} on Slack`)
  expect(renderDiscord(replyOf({ freeze: 1, by: D })).content).toContain(`**by: **<@${D}>`)
})

it('a table keeps the account as the record has it, and a note under it says whose it is', () => {
  const reply = replyOf({ freeze: 1, by: U }, { freeze: 2, by: 'ada' }, { freeze: 3, by: U }, { freeze: 4, by: D })
  const [table, note] = renderSlack(reply).blocks
  expect(JSON.stringify(table)).toContain(`freeze  by\\n     1  ${U}\\n     2  ada\\n`)
  expect(note).toMatchObject({ elements: [{ text: `\`${U}\` is <@${U}> · \`${D}\` is an account of Discord` }] })
  expect(renderDiscord(reply).content).toContain(`-# \`${U}\` is an account of Slack · \`${D}\` is <@${D}>`)
  expect(JSON.stringify(renderSlack(inRoom(reply)).blocks)).not.toContain(`<@${U}>`)
})

it('a name, and a word that only looks like an account, are as they were', () => {
  for (const record of [{ by: 'ada' }, { who: 'you' }, { code: U }, { id: D }, { by: 'UNKNOWN x' }])
    expect(JSON.stringify(replyOf(record))).not.toContain('"user"')
})

it.each([
  [10, 10],
  [11, 10],
])('of %s accounts in a table %s are named', (count, named) => {
  const records = Array.from({ length: count }, (_, i) => ({ n: i, who: `U0ADMIN${1_000 + i}` }))
  expect(JSON.stringify(replyOf(...records)).split('"user"')).toHaveLength(named + 1)
})
