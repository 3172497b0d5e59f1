import { expect, it } from 'vitest'
import { plain } from '#pawl'
import { fakeContext, runCommand } from './_lib/fakes.ts'
import meow from './meow.ts'

it('meow says meow', async () => {
  const record = await runCommand(meow, {}, fakeContext())
  expect(record).toEqual({ says: 'meow' })
  expect(meow.view([record])).toEqual(plain('=^.^= meow'))
})
