/** Replies of every shape, for property tests: full Unicode, markup of both platforms, lengths around the limits. Pure. */
import fc from 'fast-check'
import type { Markdown, Span } from './markdown.ts'
import type { Block, Reply } from './reply.ts'

/** Pieces that mean something to a platform, among which data is mixed. */
const HOSTILE = [
  '<!here>',
  '<!channel>',
  '<@U123>',
  '<@&1>',
  '@everyone',
  '@here',
  '<#C1>',
  '#C0GENERAL1',
  ' @U0ADA00001 ',
  ' #1180000000000000021',
  '```',
  '``',
  '`',
  '**',
  '__',
  '~~',
  '||',
  '\\',
  '# ',
  '\n> ',
  '\n- ',
  '\n',
  ']( https://x.test )',
  '[a](https://x.test)',
  'https://x.test/a_b?c=d&e',
  '<https://x.test|y>',
  '&lt;',
  '\ud800',
  '\u202e',
  '\u0000',
]

const unicode = fc.string({ unit: 'binary', maxLength: 60 })
const piece = fc.oneof(unicode, fc.constantFrom(...HOSTILE))
const text = fc.oneof(
  { weight: 5, arbitrary: fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join('')) },
  {
    weight: 1,
    arbitrary: fc.tuple(piece, fc.integer({ min: 1, max: 1_500 })).map(([unit, times]) => unit.repeat(times)),
  },
)

const span: fc.Arbitrary<Span> = fc
  .record({
    text,
    style: fc.constantFrom('plain', 'bold', 'italic', 'code', 'link', 'user', 'channel', 'time'),
    time: fc.oneof(fc.integer({ min: 0, max: 4e12 }), fc.double()),
    target: fc.oneof(piece, fc.constantFrom('U123', 'C123', '123', 'https://x.test/a')),
  })
  .map(({ text, style, target, time }) => {
    switch (style) {
      case 'bold':
        return { text, bold: true as const }
      case 'italic':
        return { text, italic: true as const }
      case 'code':
        return { text, code: true as const }
      case 'link':
        return { text, link: target }
      case 'user':
        return { text, user: target }
      case 'channel':
        return { text, channel: target }
      case 'time':
        return { text, time }
      default:
        return { text }
    }
  })

const markdown: fc.Arbitrary<Markdown> = fc.array(span, { maxLength: 6 }).map((spans) => ({ spans }))

const block: fc.Arbitrary<Block> = fc.oneof(
  fc.record({ kind: fc.constant('text' as const), text: markdown }),
  fc.record({ kind: fc.constant('code' as const), text }),
  fc.record({
    kind: fc.constant('fields' as const),
    fields: fc.array(fc.record({ name: text, value: markdown }), { maxLength: 12 }),
  }),
  fc.record({ kind: fc.constant('note' as const), text: markdown }),
  fc.record({
    kind: fc.constant('buttons' as const),
    buttons: fc.array(fc.record({ id: fc.stringMatching(/^[a-z:]{1,100}$/), label: text }), { maxLength: 30 }),
  }),
)

export const anyReply: fc.Arbitrary<Reply> = fc.record({
  visibility: fc.constantFrom('channel' as const, 'private' as const),
  tone: fc.constantFrom('plain' as const, 'success' as const, 'warning' as const, 'failure' as const),
  blocks: fc.array(block, { maxLength: 8 }),
})
