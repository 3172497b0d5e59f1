import { describe, expect, it } from 'vitest'
import { failureOf, run } from './line.kit.ts'

const SEED = `seed '[{"a":1},{"a":"2.5"},{"a":null},{"b":9}]'`

describe('count', () => {
  it.each([
    [`seed '[]' | count`, 0],
    [`seed '{"a":1}' | count`, 1],
    [`${SEED} | count`, 4],
    [`${SEED} | count a`, 2],
    [`seed '[{"a":false},{"a":0},{"a":""}]' | count a`, 2],
    [`seed '[{"a":{"b":1}},{"a":{"c":2}}]' | count a.b`, 1],
  ])('%s is %i', async (line, value) => {
    expect(await run(line)).toEqual([{ value }])
  })
})

describe('sum and avg', () => {
  it('take numbers, and text that is a number, and leave out what is missing', async () => {
    expect(await run(`${SEED} | sum a`)).toEqual([{ value: 3.5 }])
    expect(await run(`${SEED} | avg a`)).toEqual([{ value: 1.75 }])
  })

  it('read the field value unless told', async () => {
    expect(await run('seed [1,2,6] | sum')).toEqual([{ value: 9 }])
    expect(await run('seed [1,2,6] | avg')).toEqual([{ value: 3 }])
  })

  it('lose nothing that plain addition would', async () => {
    expect(await run('seed [0.1,0.1,0.1,0.1,0.1,0.1,0.1,0.1,0.1,0.1] | sum')).toEqual([{ value: 1 }])
    expect(await run('seed [1e100,1,-1e100] | sum')).toEqual([{ value: 1 }])
  })

  it('of nothing are 0 and nothing', async () => {
    expect(await run('seed [] | sum')).toEqual([{ value: 0 }])
    expect(await run('seed [] | avg')).toEqual([])
  })

  it('name the record that is no number, and the fields when the field is nowhere', async () => {
    expect(await failureOf(`seed '[{"a":1},{"a":"x"}]' | sum a`)).toContain('a of record 2 is text, not a number')
    expect(await failureOf(`${SEED} | avg c`)).toContain('there is no field c: the record has a')
    expect(await failureOf(`${SEED} | sum`)).toContain('there is no field value: the record has a')
  })
})

describe('min and max', () => {
  it.each([
    [`seed '[{"a":2},{"a":1},{"a":3}]' | min a`, { a: 1 }],
    [`seed '[{"a":2},{"a":1},{"a":3}]' | max a`, { a: 3 }],
    ['seed [2,1,3] | min', { value: 1 }],
    ['seed [2,1,3] | max', { value: 3 }],
    [`seed '[{"a":10},{"a":"9"}]' | min a`, { a: 10 }],
    [`seed '[{"a":10},{"a":"9"}]' | max a`, { a: '9' }],
    [`seed '[{"b":1},{"a":null},{"a":0}]' | min a`, { a: 0 }],
    [`seed '[{"b":1},{"a":null},{"a":0}]' | max a`, { a: 0 }],
    [`seed '[{"a":1,"i":0},{"a":1,"i":1}]' | min a`, { a: 1, i: 0 }],
    [`seed '[{"a":1,"i":0},{"a":1,"i":1}]' | max a`, { a: 1, i: 0 }],
    [`seed '[{"a":{"b":1}},{"a":{"b":3}}]' | max a.b`, { a: { b: 3 } }],
  ])('%s', async (line, record) => {
    expect(await run(line)).toEqual([record])
  })

  it('of nothing is nothing', async () => {
    expect(await run('seed [] | min')).toEqual([])
    expect(await run('seed [] | max a')).toEqual([])
  })

  it('name the fields there are when no record has the field', async () => {
    expect(await failureOf(`seed '[{"a":{"b":1}}]' | max a.c`)).toContain('there is no field a.c: a has b')
  })
})

describe('group', () => {
  it('gathers by value, in the order of first appearance', async () => {
    expect(
      await run(`seed '[{"k":"x","i":0},{"i":1},{"k":1,"i":2},{"k":"x","i":3},{"k":"1","i":4}]' | group k`),
    ).toEqual([
      {
        key: 'x',
        count: 2,
        records: [
          { k: 'x', i: 0 },
          { k: 'x', i: 3 },
        ],
      },
      { key: null, count: 1, records: [{ i: 1 }] },
      { key: 1, count: 1, records: [{ k: 1, i: 2 }] },
      { key: '1', count: 1, records: [{ k: '1', i: 4 }] },
    ])
  })

  it('of nothing is nothing', async () => {
    expect(await run('seed [] | group k')).toEqual([])
  })
})
