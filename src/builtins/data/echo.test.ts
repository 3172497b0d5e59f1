import { describe, expect, it } from 'vitest'
import { run } from './line.kit.ts'

const SEED = `seed '{"o":{"b":1},"l":[1,"x"],"n":2.5,"t":"x","no":false}'`

describe('echo', () => {
  it('joins its words by one space, each to the letter', async () => {
    expect(await run(`echo 1 2.50 true "x  y" ''`)).toEqual([{ value: '1 2.50 true x  y ' }])
  })

  it('says nothing without words', async () => {
    expect(await run('echo')).toEqual([{ value: '' }])
  })

  it('writes the value of a variable as text, whatever it is', async () => {
    expect(await run(`${SEED} | echo $n`)).toEqual([{ value: '2.5' }])
    expect(await run(`${SEED} | echo $no`)).toEqual([{ value: 'false' }])
    expect(await run(`${SEED} | echo $o`)).toEqual([{ value: '{"b":1}' }])
  })

  it('writes what is not text as JSON between other words', async () => {
    expect(await run(`${SEED} | echo $o is $n and $l $t`)).toEqual([{ value: '{"b":1} is 2.5 and [1,"x"] x' }])
  })

  it('does not take a bound value for an option', async () => {
    expect(await run(`seed '{"a":"--help"}' | echo $a`)).toEqual([{ value: '--help' }])
  })
})
