import { expect, it } from 'vitest'
import { cleanReply } from './clean.ts'
import { channelName, md, userName } from './markdown.ts'
import type { Reply } from './reply.ts'

it('all texts of a reply are cleaned, and nothing that gives it its form or means an id', () => {
  const reply: Reply = {
    visibility: 'channel',
    tone: 'plain',
    blocks: [
      {
        kind: 'text',
        text: md`**text** by ${userName('Utext')} in ${channelName('Ctext')} [a text](https://x.test/text)`,
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
            { text: ' in ' },
            { text: 'Ctext', channel: 'Ctext' },
            { text: ' ' },
            { text: 'a #', link: 'https://x.test/#' },
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
