import { describe, expect, it } from 'vitest'
import { MAX_LINE_LENGTH } from '../../src/language/parse.ts'
import { runLines } from '../lines.kit.ts'
import { parse } from './parse.ts'

const run = (chunks: Iterable<string | Uint8Array>, argv?: string[]) => runLines(parse, chunks, argv)

describe('pawl parse', () => {
  it('answers each line with one object, in order', async () => {
    const { code, answers } = await run(['"echo $x > #ops"\n"echo ;"\n'])
    expect(answers).toEqual([
      { ok: true, stages: [{ tokens: [{ word: 'echo' }, { variable: ['x'] }] }], redirects: [{ to: '#ops' }] },
      { ok: false, error: { message: expect.stringContaining(';'), at: 5 } },
    ])
    expect(code).toBe(0)
  })

  it.each(['echo', '', '5', 'null', '["a"]', '"a'])(
    'refuses %j, which is not a JSON string, and goes on',
    async (line) => {
      const { answers } = await run([`${line}\n"a"\n`])
      expect(answers).toMatchObject([{ ok: false, error: { at: 0 } }, { ok: true }])
    },
  )

  it('puts lines together however they arrive, the last without its line break too', async () => {
    const bytes = Buffer.from('"say é😀"\r\n"b"')
    const { answers } = await run([...bytes.keys()].map((i) => bytes.subarray(i, i + 1)))
    expect(answers[0].stages[0].tokens[1]).toEqual({ word: 'é😀' })
    expect(answers).toHaveLength(2)
  })

  it('undoes what Slack does unless told otherwise', async () => {
    const line = `"x '&lt;' <@5>"\n`
    expect((await run([line])).answers[0].stages[0].tokens.slice(1)).toEqual([{ word: '<' }, { word: '@5' }])
    expect((await run([line], ['--platform', 'discord'])).answers[0].stages[0].tokens[1]).toEqual({ word: '&lt;' })
    expect((await run([line], ['--platform=plain'])).answers[0].ok).toBe(false)
  })

  it.each([[['--platform', 'irc']], [['--nope']], [['stray']]])('explains itself for %j', async (argv) => {
    const { code, err, answers } = await run(['"a"\n'], argv)
    expect({ code, answers }).toEqual({ code: 2, answers: [] })
    expect(err).toContain('usage:')
  })

  it('answers 5,000 ordinary lines well within two seconds', async () => {
    const line = `${JSON.stringify(`seed '[{"a":3}]' | deploy web --env=prod "to $a.b[0]" | table > #ops`)}\n`
    const started = performance.now()
    expect((await run([line.repeat(5_000)])).answers).toHaveLength(5_000)
    expect(performance.now() - started).toBeLessThan(2_000)
  })

  it('takes linear time for the longest line of anything hostile', async () => {
    const hostile = [
      '<',
      '<@',
      '<https://a',
      '"',
      "'",
      '\\',
      '$',
      `\${a`,
      '$a[',
      '$a["',
      'a-',
      '“',
      '—',
      ':a',
      '&amp;',
      '=',
      '-',
      '🍕',
      '*>',
      "''",
      '""',
      '$a.',
    ]
    const lines = hostile.map((s) => `${JSON.stringify(`x ${s.repeat(MAX_LINE_LENGTH / s.length - 2)}`)}\n`)
    const names = hostile.map((s) => `${JSON.stringify(s.repeat(MAX_LINE_LENGTH / s.length))}\n`)
    const started = performance.now()
    expect((await run([...lines, ...names])).answers).toHaveLength(2 * hostile.length)
    expect(performance.now() - started).toBeLessThan(1_000)
  })
})
