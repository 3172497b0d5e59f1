import { describe, expect, it } from 'vitest'
import { failureOf, run } from './line.kit.ts'

const SEED = `seed '[{"app":"web","size":12,"spec":{"env":"prod"}},{"app":"api","size":3,"off":false},{"app":"db","size":null}]'`

async function apps(stage: string): Promise<unknown[]> {
  return (await run(`${SEED} | ${stage}`)).map(({ app }) => app)
}

describe('filter', () => {
  it.each([
    [`filter 'size > 10'`, ['web']],
    [`filter --where 'size is missing'`, ['db']],
    [`filter -w 'not spec.env == prod'`, ['api', 'db']],
    ['filter --path size', ['web', 'api']],
    ['filter -p off', ['api']],
    ['filter --path app --matches e', ['web']],
    ['filter -p app -m /^A/i', ['api']],
    ['filter -p size -m 2', ['web']],
    ['filter -p spec -m prod', ['web']],
    [`filter 'size > 1' --path app --matches a`, ['api']],
    ['filter', ['web', 'api', 'db']],
    ['filter --path gone', []],
  ])('%s', async (stage, expected) => {
    expect(await apps(stage)).toEqual(expected)
  })

  it('compares with what the record itself says', async () => {
    expect(await run(`seed '[{"used":9,"limit":5},{"used":1,"limit":5}]' | filter "used > $limit"`)).toEqual([
      { used: 9, limit: 5 },
    ])
  })

  it('tells a slip before it looks at a record', async () => {
    expect(await failureOf(`${SEED} | filter 'size = 3'`)).toBe(
      'where: is not a condition, at "3": to compare, write ==',
    )
    expect(await failureOf(`${SEED} | filter --path app --matches 'st[uff'`)).toContain('matches: is not a pattern')
    expect(await failureOf(`${SEED} | filter --path a..b`)).toContain('path: is not a field')
    expect(await failureOf(`${SEED} | filter size == 3`)).toContain('path: is not a field: put a condition in quotes')
  })

  it('wants --path with --matches', async () => {
    expect(await failureOf(`${SEED} | filter --matches x`)).toContain('--path name --matches web')
  })
})
