import { describe, expect, it } from 'vitest'
import { runLines } from '../lines.kit.ts'
import { docBlocks, docInput } from './docs.kit.ts'
import { evaluate } from './eval.ts'

const line = (value: unknown) => `${JSON.stringify(value)}\n`

describe('pawl policy eval', () => {
  it('answers each line with a decision, or what is wrong with the line', async () => {
    const rules = ['when command is deploy with channel != "#ops" forbid because "deploy in #ops"']
    const { code, answers } = await runLines(evaluate, [
      line({ rules, command: 'deploy', args: [], options: {}, permissions: [], channel: '#dev' }),
      '{"rules":\n',
      line({ rules: ['when'], command: 'deploy' }),
    ])
    expect(code).toBe(0)
    expect(answers).toEqual([
      { decision: 'deny', matched: rules, missing: [], because: expect.stringContaining('deploy in #ops') },
      { decision: 'deny', error: { message: expect.stringContaining('JSON object'), at: 0 } },
      { decision: 'deny', error: { message: expect.stringContaining('"command"'), at: 4, rule: 'when' } },
    ])
  })

  it('takes no arguments', async () => {
    const { code, err, answers } = await runLines(evaluate, [line({})], ['x'])
    expect({ code, answers }).toEqual({ code: 2, answers: [] })
    expect(err).toContain('usage:')
  })

  it('decides 5,000 ordinary requests well within five seconds', async () => {
    const rules = [
      'when command is deploy must have deploy:run',
      'when command is deploy with option[env] == prod must have deploy:prod and site:oncall',
      'when command is deploy with arg[0] matches /web-.*/ and not channel == "#ops" forbid',
    ]
    const request = { rules, command: 'deploy', args: ['web-1'], options: { env: 'prod' }, permissions: ['deploy:run'] }
    const started = performance.now()
    expect((await runLines(evaluate, [line(request).repeat(5_000)])).answers).toHaveLength(5_000)
    expect(performance.now() - started).toBeLessThan(5_000)
  })

  it('answers the examples of docs/rules.md as it says there', async () => {
    const examples = docBlocks('sh').flatMap((text, i) => {
      const input = docInput(text, 'eval')
      return input === null ? [] : [{ input, answer: JSON.parse(docBlocks('json')[i] ?? '') }]
    })
    expect(examples).toHaveLength(2)
    const { answers } = await runLines(
      evaluate,
      examples.map(({ input }) => input),
    )
    expect(answers).toEqual(examples.map(({ answer }) => answer))
  })
})
