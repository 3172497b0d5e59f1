import { afterEach, describe, expect, it, vi } from 'vitest'
import { cost } from './cost.ts'

afterEach(() => vi.restoreAllMocks())

async function run(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ['', '']
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += String(text)
    return true
  })
  vi.spyOn(console, 'error').mockImplementation((text) => {
    err += String(text)
  })
  const code = await cost(argv)
  vi.restoreAllMocks()
  return { code, out, err }
}

describe('pawl cost', () => {
  it('answers without an option: a hundred thousand commands, a tenth of them jobs', async () => {
    const { code, out, err } = await run()
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toContain('100,000 commands a month, 10,000 of them jobs')
    expect(out).toMatch(/per 1,000 commands/)
    expect(out).not.toMatch(/NaN|Infinity|undefined/)
  })

  it('prints the same as JSON', async () => {
    const { out } = await run('--commands', '2000', '--jobs', '500', '--mix', 'read=1,job=1', '--months', '3', '--json')
    const answer: unknown = JSON.parse(out)
    expect(answer).toMatchObject({ commands: 2000, jobs: 500, months: 3, counts: { read: 1500, job: 500, write: 0 } })
  })

  it('is about one plan when asked', async () => {
    expect((await run('--plan', 'free')).out).not.toContain('Paid plan')
    expect((await run('--plan', 'paid')).out).not.toContain('Free plan')
  })

  it.each([
    [['--commands', 'many'], '--commands'],
    [['--commands', '1.5'], '--commands'],
    [['--commands', '1000000000001'], '--commands'],
    [['--jobs=-1'], '--jobs'],
    [['--jobs', '100001'], '--jobs 100001 is more'],
    [['--months', '0'], '--months'],
    [['--months', '1201'], '--months'],
    [['--mix', 'read'], '--mix'],
    [['--plan', 'enterprise'], '--plan is free or paid'],
    [['stray'], '"stray"'],
    [['--nope'], '--nope'],
  ])('refuses %j, and says how it is written', async (argv, why) => {
    const { code, out, err } = await run(...argv)
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toContain(why)
    expect(err).toContain('usage: npm run -s pawl -- cost')
  })

  it.each([
    ['--commands', '1000000000000'],
    ['--months', '1200'],
  ])('takes the most: %s %s', async (...argv) => {
    const { code, out } = await run(...argv)
    expect(code).toBe(0)
    expect(out).not.toMatch(/NaN|Infinity/)
  })
})
