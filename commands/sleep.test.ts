import { describe, expect, it } from 'vitest'
import { fakeContext, runCommand } from './_lib/fakes.ts'
import sleep from './sleep.ts'

describe('sleep', () => {
  it.each(['601s', '601', '11m', 'long', '-1s', ''])('refuses "%s"', (duration) => {
    expect(sleep.check({ duration })).toMatchObject({
      ok: false,
      problems: [{ message: 'duration: write a length of time up to 10m, as in 90s' }],
    })
  })
  it.each(['0', '0s', '5', '1s', '10m', '600s'])('accepts %s', (duration) =>
    expect(sleep.check({ duration }).ok).toBe(true),
  )

  it('sleeps, telling how much is left', async () => {
    const ctx = fakeContext()
    expect(await runCommand(sleep, { duration: '1s' }, ctx)).toMatchObject([{ slept: '1s' }])
    expect(ctx.told).toEqual(['sleeping, 1s left'])
  })

  it('wakes at once when it is cancelled', async () => {
    const controller = new AbortController()
    const ctx = fakeContext({ signal: controller.signal, progress: async () => controller.abort('cancelled') })
    await expect(runCommand(sleep, { duration: '10m' }, ctx)).rejects.toBe('cancelled')
  })

  it('waits for others with its key, and for nobody without one', () => {
    expect(sleep.singleton({ duration: '1s', key: 'nap' })).toEqual({ key: 'sleep:nap', whenBusy: 'queue' })
    expect(sleep.singleton({ duration: '1s' })).toBeNull()
  })
})
