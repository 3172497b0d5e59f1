import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { normalise, plainMentions } from './normalise.ts'
import { parsePipeline } from './parse.ts'
import { toSeam } from './seam.ts'

describe('typography, on every platform', () => {
  it.each([
    ['deploy web —env prod –force', 'deploy web --env prod --force'],
    ['a |—b', 'a |--b'],
    ['say a—b 1–2', 'say a—b 1–2'],
    [`say 'a —b' "— c"`, `say 'a —b' "— c"`],
    ['say “hello world” ‘a b’ „x”', `say "hello world" 'a b' "x"`],
    ['--note="it’s fine"', `--note="it's fine"`],
    ['‘it’s fine’', `'it’s fine'`],
    ['say "so “called” one"', 'say "so “called” one"'],
    ['say "mixed”', 'say "mixed"'],
    ['echo a\u00a0b\u202fc', 'echo a b c'],
    ['say \\“ a', 'say \\" a'],
  ])('reads %j as %j', (line, expected) => {
    for (const platform of ['slack', 'discord', 'plain'] as const) expect(normalise(line, { platform })).toBe(expected)
  })

  it('leaves ASCII alone in a terminal', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii' }), (line) => {
        expect(normalise(line, { platform: 'plain' })).toBe(line)
      }),
    )
  })
})

describe('Slack', () => {
  it.each([
    ['a &amp;&amp; b &lt;c&gt;', 'a && b <c>'],
    ['user add <@U123|ada> <@W9>', 'user add @U123 @W9'],
    ['x > <#C1|ops>', 'x > #C1'],
    ['x --to=<#C1|> "<@U1|a b>"', 'x --to=#C1 "@U1"'],
    ['x <@U1>2 <@U1><@U2>', 'x @U1 2 @U1 @U2'],
    [
      'check <https://x.example/?a=1&amp;b=2|x.example> <https://y.example>',
      'check https://x.example/?a=1&b=2 https://y.example',
    ],
    ['mail <mailto:ada@x.example|ada@x.example>', 'mail ada@x.example'],
    ['x <!here> <@u1> <@U1', 'x <!here> <@u1> <@U1'],
  ])('reads %j as %j', (line, expected) => {
    expect(normalise(line, { platform: 'slack' })).toBe(expected)
  })

  it('never reads decoded text again, neither as a mention nor as an entity', () => {
    expect(normalise('&lt;@U1&gt; &lt;<@U1>&gt; &amp;lt;', { platform: 'slack' })).toBe('<@U1> <@U1> &lt;')
  })

  it('undoes its escaping of any text in quotes exactly', () => {
    const text = fc.string({ unit: 'binary-ascii' }).filter((t) => !t.includes("'"))
    fc.assert(
      fc.property(text, (t) => {
        const sent = t.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
        const seam = toSeam(parsePipeline(`say '${sent}'`, { platform: 'slack' }))
        expect(seam.ok && seam.stages[0]?.tokens[1]).toEqual({ word: t })
      }),
    )
  })
})

describe('Discord', () => {
  it.each([
    ['x <@123> <@!456> > <#789>', 'x @123 @456 > #789'],
    ['x <@&5> &amp; <@U1>', 'x <@&5> &amp; <@U1>'],
    ['check <https://x.example/a>', 'check https://x.example/a'],
  ])('reads %j as %j', (line, expected) => {
    expect(normalise(line, { platform: 'discord' })).toBe(expected)
  })
})

it('keeps entities and mentions of chats as they are in a terminal', () => {
  expect(normalise("x '<@U1> &amp;'", { platform: 'plain' })).toBe("x '<@U1> &amp;'")
})

describe('a field of text', () => {
  it.each([
    ['see <#789> and <@!456>, <@123>2', 'see #789 and @456, @123 2'],
    // Nothing else of it is what a client made: a dash, a quote and an address stay as they were typed.
    ['—force “x” it’s <https://x.example/a> &amp; <@&5>', '—force “x” it’s <https://x.example/a> &amp; <@&5>'],
  ])('%j reads %j: its mentions as on a line, the rest to the letter', (text, expected) => {
    expect(plainMentions(text, { platform: 'discord' })).toBe(expected)
  })

  it('that mentions nobody is kept to the letter', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const none = text.replaceAll('<', '')
        expect(plainMentions(none, { platform: 'discord' })).toBe(none)
      }),
    )
  })
})
