import { expect, it } from 'vitest'
import { cleanReply } from './clean.ts'
import { channelName, md, timeOf, userName, userNamed } from './markdown.ts'
import type { Reply } from './reply.ts'

it('all texts of a reply are cleaned, and nothing that gives it its form or means an id', () => {
  const reply: Reply = {
    visibility: 'channel',
    tone: 'plain',
    blocks: [
      {
        kind: 'text',
        text: md`**text** by ${userName('Utext')} ${userNamed('Utext', 'a text')} in ${channelName('Ctext')} [a text](https://x.test/text)${timeOf(0)}`,
      },
      { kind: 'code', text: 'text' },
      { kind: 'fields', fields: [{ name: 'text', value: md`\`text\`` }] },
      { kind: 'note', text: md`text` },
      { kind: 'buttons', buttons: [{ id: 'text', label: 'text', style: 'danger' }] },
    ],
  }
  expect(cleanReply(reply, (text) => text.replaceAll('text', '#'))).toEqual({
    visibility: 'channel',
    tone: 'plain',
    blocks: [
      {
        kind: 'text',
        text: {
          spans: [
            { text: '#', bold: true },
            { text: ' by ' },
            { text: 'Utext', user: 'Utext' },
            { text: ' ' },
            { text: 'a #', user: 'Utext' },
            { text: ' in ' },
            { text: 'Ctext', channel: 'Ctext' },
            { text: ' ' },
            { text: 'a #', link: 'https://x.test/#' },
            { text: '1970-01-01T00:00:00Z', time: 0 },
          ],
        },
      },
      { kind: 'code', text: '#' },
      { kind: 'fields', fields: [{ name: '#', value: { spans: [{ text: '#', code: true }] } }] },
      { kind: 'note', text: { spans: [{ text: '#' }] } },
      { kind: 'buttons', buttons: [{ id: 'text', label: '#', style: 'danger' }] },
    ],
  })
})
