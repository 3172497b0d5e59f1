import { describe, expect, it } from 'vitest'
import { fakeContext, runCommand } from './_lib/fakes.ts'
import sleep from './sleep.ts'

describe('sleep', () => {
  it.each(['43201s', '43201', '13h', 'long', '-1s', ''])('refuses "%s"', (duration) => {
    expect(sleep.check({ duration })).toMatchObject({
      ok: false,
      problems: [{ message: 'duration: write a length of time up to 12h, as in 90s' }],
    })
  })
  it.each(['0', '0s', '5', '1s', '12h', '43200s'])('accepts %s', (duration) =>
    expect(sleep.check({ duration }).ok).toBe(true),
  )

  it('sleeps, telling how much is left', async () => {
    const ctx = fakeContext()
    expect(await runCommand(sleep, { duration: '1s' }, ctx)).toMatchObject([{ slept: '1s' }])
    expect(ctx.told).toEqual(['sleeping, 1s left'])
  })

  it('waits without a consumer from 30 s a step on', async () => {
    const ctx = fakeContext()
    await runCommand(sleep, { duration: '40m' }, ctx)
    expect(ctx.waited).toEqual(Array(10).fill('4m'))
    expect(ctx.told[1]).toBe('sleeping, 36m left')
  })

  it('wakes at once when it is cancelled', async () => {
    const controller = new AbortController()
    const ctx = fakeContext({ signal: controller.signal, progress: async () => controller.abort('cancelled') })
    await expect(runCommand(sleep, { duration: '4m' }, ctx)).rejects.toBe('cancelled')
  })

  it('waits for others with its key, and for nobody without one', () => {
    expect(sleep.singleton({ duration: '1s', key: 'nap' })).toEqual({ key: 'sleep:nap', whenBusy: 'queue' })
    expect(sleep.singleton({ duration: '1s' })).toBeNull()
  })
})
