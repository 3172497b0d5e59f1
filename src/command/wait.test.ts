import { describe, expect, it } from 'vitest'
import { wait } from './wait.ts'

describe('wait', () => {
  it('resolves after the time', async () => {
    await expect(wait(1, new AbortController().signal)).resolves.toBeUndefined()
  })
  it("rejects with the signal's reason as soon as it fires", async () => {
    const controller = new AbortController()
    const waiting = wait(60_000, controller.signal)
    controller.abort('cancelled')
    await expect(waiting).rejects.toBe('cancelled')
  })
  it('rejects at once when the signal has fired already', async () => {
    await expect(wait(60_000, AbortSignal.abort('late'))).rejects.toBe('late')
  })
})
