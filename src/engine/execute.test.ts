/** Work under a deadline and a signal: what becomes of it, and whether it stopped. */
import { expect, it } from 'vitest'
import { wait } from '../command/wait.ts'
import { execute, type Outcome } from './execute.ts'

const NEVER = new AbortController().signal
const DONE: Outcome = { state: 'succeeded', records: [] }

/** Works until the signal fires, and as much longer as a handler that does not look at it. */
const work = (deafMs: number) => async (signal: AbortSignal) => {
  await wait(60_000, signal).catch(() => {})
  await wait(deafMs, NEVER)
  return { state: 'failed', message: 'stopped' } as const
}

it.each([
  ['has stopped', 0, true],
  ['stops within the grace', 1_000, true],
  ['does not stop', 4_000, false],
])('work that %s when its time is over says so', async (_, deafMs, stopped) => {
  expect(await execute(work(deafMs), 10, NEVER)).toEqual({ state: 'timed_out', stopped })
})

it.each([
  [0, true],
  [4_000, false],
])('work that is told to stop and goes on for %i ms says why, and whether it stopped', async (deafMs, stopped) => {
  const by = { cancelledBy: 'ada' }
  expect(await execute(work(deafMs), 60_000, AbortSignal.abort(by))).toEqual({ state: 'aborted', by, stopped })
})

it('work whose time is over before it begins is not begun', async () => {
  let begun = false
  const begin = async () => {
    begun = true
    return DONE
  }
  expect(await execute(begin, 0, NEVER)).toEqual({ state: 'timed_out', stopped: true })
  expect(begun).toBe(false)
})

it('work that succeeds while it is told to stop has succeeded', async () => {
  const finish = async (signal: AbortSignal) => {
    await wait(60_000, signal).catch(() => {})
    return DONE
  }
  expect(await execute(finish, 10, NEVER)).toEqual(DONE)
})
