import { describe, expect, it } from 'vitest'
import { failureOf, run } from './line.kit.ts'

const SEED = `seed '{"app":"web","spec":{"size":3,"zone":"a"},"tags":["x","y"],"none":null}'`

describe('pick', () => {
  it('keeps fields in the order asked for, each in its place', async () => {
    const [record] = await run(`${SEED} | pick spec.size app none`)
    expect(JSON.stringify(record)).toBe('{"spec":{"size":3},"app":"web","none":null}')
    expect(await run(`${SEED} | pick spec.size spec.zone`)).toEqual([{ spec: { size: 3, zone: 'a' } }])
  })

  it('names the fields there are when one is missing', async () => {
    expect(await failureOf(`${SEED} | pick app spec.sise`)).toBe(
      'there is no field spec.sise: spec has size, zone; name one of those',
    )
  })

  it('sends for a single element of a list to echo', async () => {
    expect(await failureOf(`${SEED} | pick tags[0]`)).toContain('echo $tags[0]')
  })

  it('does not see what objects inherit', async () => {
    expect(await failureOf(`${SEED} | pick constructor`)).toContain('there is no field constructor')
  })
})

describe('set', () => {
  it('sets text as typed, and what a variable holds as it is', async () => {
    expect(await run(`seed '{"n":1}' | set m 007 | set copy $n | set label "n=$n"`)).toEqual([
      { n: 1, m: '007', copy: 1, label: 'n=1' },
    ])
    expect(await run(`seed '{"o":{"a":[1]}}' | set p.q $o`)).toEqual([{ o: { a: [1] }, p: { q: { a: [1] } } }])
  })

  it('reads JSON when asked to', async () => {
    expect(await run(`echo x | set value '{"a":null}' --json`)).toEqual([{ value: { a: null } }])
    expect(await failureOf('echo x | set value {a} --json')).toContain('leave out --json to keep it as text')
  })

  it('does not go through what is no object', async () => {
    expect(await failureOf(`${SEED} | set app.x 1`)).toContain('app.x cannot be set: app is text')
  })

  it('sets a field named __proto__ as any other', async () => {
    expect(JSON.stringify(await run(`seed '{}' | set __proto__.admin yes`))).toBe('[{"__proto__":{"admin":"yes"}}]')
  })
})
