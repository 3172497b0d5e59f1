import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { policy } from './policy.ts'

describe('pawl policy', () => {
  const log = vi.spyOn(console, 'log')
  const error = vi.spyOn(console, 'error')
  beforeEach(() => {
    log.mockImplementation(() => undefined)
    error.mockImplementation(() => undefined)
  })
  afterEach(() => vi.resetAllMocks())

  it.each([[[]], [['nope']], [['constructor']]])('shows its subcommands and ends with 2 for %j', async (argv) => {
    expect(await policy(argv)).toBe(2)
    const said = error.mock.calls.flat().join('\n')
    expect(said).toContain('usage: npm run pawl -- policy <subcommand>')
    for (const name of ['eval', 'parse']) expect(said).toMatch(new RegExp(`^ {2}${name} +\\S`, 'm'))
    if (argv[0]) expect(said).toContain(`there is no subcommand ${argv[0]}`)
    expect(log).not.toHaveBeenCalled()
  })

  it('shows them on stdout when asked, and ends with 0', async () => {
    expect(await policy(['--help'])).toBe(0)
    expect(log.mock.calls.flat().join('\n')).toContain('eval')
  })
})
