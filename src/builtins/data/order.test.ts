import { describe, expect, it } from 'vitest'
import { failureOf, run } from './line.kit.ts'

async function values(line: string, field = 'value'): Promise<unknown[]> {
  return (await run(line)).map((record) => record[field])
}

describe('sort', () => {
  it('orders numbers as numbers and text by character code', async () => {
    expect(await values(`seed '[10,9,"b","10","B","a",true]' | sort value`)).toEqual([9, 10, true, '10', 'B', 'a', 'b'])
  })

  it('puts what is missing last, in both directions', async () => {
    const seed = `seed '[{"i":0},{"i":1,"a":2},{"i":2,"a":null},{"i":3,"a":1}]'`
    expect(await values(`${seed} | sort a`, 'i')).toEqual([3, 1, 0, 2])
    expect(await values(`${seed} | sort --desc a`, 'i')).toEqual([1, 3, 0, 2])
  })

  it('is stable in both directions', async () => {
    const seed = `seed '[{"a":1,"i":0},{"a":2,"i":1},{"a":1,"i":2}]'`
    expect(await values(`${seed} | sort a`, 'i')).toEqual([0, 2, 1])
    expect(await values(`${seed} | sort a -d`, 'i')).toEqual([1, 0, 2])
  })

  it('sorts by several fields, by a field within, and by whole records', async () => {
    expect(await run(`seed '[{"a":3,"b":4},{"a":1,"b":4}]' | sort b a`)).toMatchObject([{ a: 1 }, { a: 3 }])
    expect(await run(`seed '[{"a":{"b":2}},{"a":{"b":1}}]' | sort a.b`)).toEqual([{ a: { b: 1 } }, { a: { b: 2 } }])
    expect(await values('seed [2,1] | sort')).toEqual([1, 2])
  })
})

describe('unique', () => {
  it('keeps the first of equal records, whatever the order of their fields', async () => {
    expect(await run(`seed '[{"a":1,"b":2},{"b":2,"a":1},{"a":"1","b":2}]' | unique`)).toEqual([
      { a: 1, b: 2 },
      { a: '1', b: 2 },
    ])
  })

  it('compares only the fields given; missing equals null', async () => {
    const seed = `seed '[{"a":1,"i":0},{"a":1,"i":1},{"i":2},{"a":null,"i":3}]'`
    expect(await values(`${seed} | unique a`, 'i')).toEqual([0, 2])
  })
})

describe('head and tail', () => {
  const seed = `seed '[1,2,3,4,5,6,7,8,9,10,11]'`
  it('keep ten unless told', async () => {
    expect(await values(`${seed} | head`)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    expect(await values(`${seed} | tail`)).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
  })
  it('keep as many as told, or all there are', async () => {
    expect(await values(`${seed} | head 2`)).toEqual([1, 2])
    expect(await values(`${seed} | tail -n 2`)).toEqual([10, 11])
    expect(await values(`${seed} | head 0`)).toEqual([])
    expect(await values(`${seed} | tail 0`)).toEqual([])
    expect(await values(`${seed} | tail 50`)).toHaveLength(11)
    expect(await failureOf(`${seed} | head -1`)).toContain('count must be at least 0')
  })
})
