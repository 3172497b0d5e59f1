import { describe, expect, it } from 'vitest'
import { runLines } from '../lines.kit.ts'
import { docBlocks, docInput } from './docs.kit.ts'
import { parse } from './parse.ts'

const line = (value: unknown) => `${JSON.stringify(value)}\n`

describe('pawl policy parse', () => {
  it('answers each line with the rule in its normal form, or where it is wrong', async () => {
    const { code, answers } = await runLines(parse, [
      line('when command is deploy  with (arg[0] =< 5) allow'),
      line('when command is deploy'),
    ])
    expect(code).toBe(0)
    expect(answers).toEqual([
      { ok: true, rule: 'when command is deploy with arg[0] <= 5 allow' },
      { ok: false, error: { message: expect.stringContaining('"must have <permission>"'), at: 22 } },
    ])
  })

  it.each(['when command is deploy allow', '', '5', 'null', '["when command is deploy allow"]'])(
    'refuses %j, which is not a JSON string, and goes on',
    async (text) => {
      const { answers } = await runLines(parse, [`${text}\n`, line('when command is deploy allow')])
      expect(answers).toMatchObject([{ ok: false, error: { at: 0 } }, { ok: true }])
    },
  )

  it('takes no arguments', async () => {
    const { code, err, answers } = await runLines(parse, [line('x')], ['--nope'])
    expect({ code, answers }).toEqual({ code: 2, answers: [] })
    expect(err).toContain('usage:')
  })

  it('reads every rule of docs/rules.md as it stands there', async () => {
    const rules = docBlocks('rule').flatMap((block) => block.split('\n'))
    expect(rules.length).toBeGreaterThan(5)
    const { answers } = await runLines(parse, rules.map(line))
    expect(answers).toEqual(rules.map((rule) => ({ ok: true, rule })))
  })

  it('answers the example of docs/rules.md as it says there', async () => {
    const example = docBlocks('sh').findIndex((text) => docInput(text, 'parse') !== null)
    const { answers } = await runLines(parse, [docInput(docBlocks('sh')[example] ?? '', 'parse') ?? ''])
    expect(answers).toEqual([JSON.parse(docBlocks('json')[example] ?? '')])
  })
})
