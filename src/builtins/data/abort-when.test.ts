import { describe, expect, it } from 'vitest'
import { failureOf, run } from './line.kit.ts'

const seed = (value: unknown) => `seed '${JSON.stringify([{ v: value }])}'`

describe('abort-when', () => {
  it.each([true, 1, 0.1, '1', 'yes', [0], { a: 0 }])('stops for %j', async (value) => {
    expect(await failureOf(`${seed(value)} | abort-when $v`)).toContain(
      'the pipeline was stopped by abort-when: it came to {"v":',
    )
  })

  it.each([false, 0, -1, '0', '-1', '', 'false', [], {}])('passes the record on for %j', async (value) => {
    expect(await run(`${seed(value)} | abort-when $v`)).toEqual([{ v: value }])
  })

  it('reads what is typed as what a variable would hold', async () => {
    expect(await run('seed {} | abort-when false')).toEqual([{}])
    expect(await failureOf('seed {} | abort-when true')).toContain('stopped')
  })

  it('never stops without a condition', async () => {
    expect(await run(`${seed(1)} | abort-when`)).toEqual([{ v: 1 }])
  })

  it('stops at a condition, and says why when told', async () => {
    expect(await failureOf(`${seed(300)} | abort-when --where 'v > 200' --because "too slow"`)).toBe(
      'the pipeline was stopped by abort-when: too slow',
    )
    expect(await failureOf(`${seed(300)} | abort-when $v "too slow"`)).toContain('too slow')
    expect(await run(`${seed(200)} | abort-when --where 'v > 200'`)).toHaveLength(1)
  })

  it('stops in the middle of a list', async () => {
    expect(await failureOf(`seed '[{"v":0},{"v":1},{"v":0}]' | abort-when $v | echo done`)).toContain('{"v":1}')
  })

  it('shows 200 characters of a record and no more', async () => {
    const message = await failureOf(`seed '{"v":1,"long":"${'x'.repeat(300)}"}' | abort-when $v`)
    expect(message.length).toBeLessThan(260)
    expect(message).toMatch(/x…$/)
  })
})
