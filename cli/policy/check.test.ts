import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { checkPolicy } from './check.ts'
import { testPolicy } from './test.ts'

/** Without errors on any machine: an administrator of its own, whatever PAWL_ADMINS says there. */
const SOUND = `user ada slack:T1:ADA
role developer
  permission deploy:run
  permission pawl:admin
group developers
  member ada
  role developer
expect @ada: deploy web prod => denied because deploy:prod
`

let folder: string
const said: string[] = []
const complained: string[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pawl-policy-'))
  vi.spyOn(console, 'log').mockImplementation((text: string) => void said.push(text))
  vi.spyOn(console, 'error').mockImplementation((text: string) => void complained.push(text))
})
beforeEach(() => {
  said.length = 0
  complained.length = 0
})
afterAll(async () => {
  vi.restoreAllMocks()
  await rm(folder, { recursive: true })
})

async function fileOf(text: string): Promise<string> {
  const file = join(folder, 'policy.pawl')
  await writeFile(file, text)
  return file
}

describe('policy test', () => {
  it('ends with 0 when every expectation holds', async () => {
    expect(await testPolicy([await fileOf(SOUND)])).toBe(0)
    expect(said).toEqual(['1 expectation, all hold'])
  })

  it('ends with 1 and names each that fails, with the reason', async () => {
    const file = await fileOf(`${SOUND}expect @ada: deploy web staging => denied\n`)
    expect(await testPolicy([file])).toBe(1)
    expect(said).toEqual([
      expect.stringMatching(/^fails: @ada: deploy web staging => denied\n {2}expected denied, but it is allowed/),
      '2 expectations, 1 failed',
    ])
  })

  it('ends with 2 when the file cannot be read, or the call is wrong', async () => {
    expect(await testPolicy([await fileOf('usr ada\n')])).toBe(2)
    expect(complained.join('\n')).toContain('policy.pawl:1:')
    expect(await testPolicy([join(folder, 'none.pawl')])).toBe(2)
    expect(await testPolicy(['a', 'b'])).toBe(2)
    expect(await testPolicy(['--nope'])).toBe(2)
  })
})

describe('policy check', () => {
  it('ends with 0 when there are warnings at most', async () => {
    expect(await checkPolicy([await fileOf(`${SOUND}rule when command is deploy allow\n`)])).toBe(0)
    expect(said).toContainEqual(
      expect.stringMatching(/^warning: rule "when command is deploy allow": it changes nothing/),
    )
    expect(said.at(-1)).toMatch(/^0 errors, \d+ warnings?$/)
  })

  it('ends with 1 when there is an error', async () => {
    const file = await fileOf(`${SOUND}rule when command is deploy with option[env] == live forbid\n`)
    expect(await checkPolicy([file])).toBe(1)
    expect(said[0]).toMatch(/^error: rule "when command is deploy with option\[env\] == live forbid": /)
    expect(said.at(-1)).toMatch(/^1 error, /)
  })

  it('ends with 2 when the file cannot be read, or the call is wrong', async () => {
    expect(await checkPolicy([join(folder, 'none.pawl')])).toBe(2)
    expect(await checkPolicy(['a', 'b'])).toBe(2)
  })
})
