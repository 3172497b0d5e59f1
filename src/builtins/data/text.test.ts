import { describe, expect, it } from 'vitest'
import { failureOf, run } from './line.kit.ts'

const APPS = `seed '[{"app":"web","size":3},{"app":"api","size":12}]'`

describe('raw', () => {
  it('gives JSON that seed reads back', async () => {
    const [record] = await run(`${APPS} | raw`)
    expect(record?.value).toBe(
      JSON.stringify(
        [
          { app: 'web', size: 3 },
          { app: 'api', size: 12 },
        ],
        null,
        2,
      ),
    )
    expect(await run(`seed '${record?.value}'`)).toEqual(await run(APPS))
  })
  it('of nothing is the empty list', async () => {
    expect(await run('seed [] | raw')).toEqual([{ value: '[]' }])
  })
})

describe('table', () => {
  it('shows every field, or those named', async () => {
    expect(await run(`${APPS} | table`)).toEqual([{ value: 'app  size\nweb     3\napi    12' }])
    expect(await run(`${APPS} | table size`)).toEqual([{ value: 'size\n   3\n  12' }])
  })
  it('of nothing is nothing', async () => {
    expect(await run('seed [] | table')).toEqual([])
  })
})

describe('join', () => {
  it('joins text and JSON, without what is missing', async () => {
    expect(await run(`seed '[{"a":"x"},{"a":1},{"b":0},{"a":null},{"a":[2]}]' | join a --with "; "`)).toEqual([
      { value: 'x; 1; [2]' },
    ])
  })
  it('of nothing is the empty text', async () => {
    expect(await run('seed [] | join a')).toEqual([{ value: '' }])
  })
  it('names the fields there are', async () => {
    expect(await failureOf(`${APPS} | join name`)).toContain('there is no field name: the record has app, size')
  })
})

describe('split', () => {
  it('splits at line breaks, without an empty last line', async () => {
    expect(await run(`seed '{"value":"a\\r\\nb\\n\\nc\\n"}' | split`)).toEqual([
      { value: 'a' },
      { value: 'b' },
      { value: '' },
      { value: 'c' },
    ])
  })
  it('splits at a text to the letter and keeps the other fields', async () => {
    expect(await run(`seed '{"i":1,"x":{"t":"a.b."}}' | split x.t --by .`)).toEqual([
      { i: 1, x: { t: 'a' } },
      { i: 1, x: { t: 'b' } },
      { i: 1, x: { t: '' } },
    ])
  })
  it('says what to use for a list, and which fields there are', async () => {
    expect(await failureOf(`seed '{"l":[1]}' | split l`)).toContain(
      'l is a list, not text: for the elements of a list use flatten',
    )
    expect(await failureOf(`seed '{"l":[1]}' | split`)).toContain('the record has l')
  })
  it('is undone by join', async () => {
    expect(await run('echo a,b,c | split --by , | join --with ,')).toEqual([{ value: 'a,b,c' }])
  })
})

describe('flatten', () => {
  it('makes a record of each element', async () => {
    expect(await run(`seed '[{"l":[{"a":1},2,[3]]},{"l":[]}]' | flatten l`)).toEqual([
      { a: 1 },
      { value: 2 },
      { value: [3] },
    ])
  })
  it('says what to use for a text, and which fields there are', async () => {
    expect(await failureOf('echo x | flatten')).toContain(
      'value is text, not a list: for the pieces of a text use split',
    )
    expect(await failureOf('echo x | flatten l')).toContain('the record has value')
  })
})
