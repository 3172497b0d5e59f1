/** The real worker on a fast clock: what takes long goes fast, on both sides alike. */
import { describe, expect, it } from 'vitest'
import { auditEvents, temporaryFolder, untilRows } from '../test/e2e/kit.ts'
import { launch } from './launch.ts'

/** A busy machine still keeps a claim's lease: a second of the wall. */
const SPEED = 30
const MINUTE = 60_000
/** Time for a busy machine, on the wall. */
const WAIT_MS = 90_000
/** A lock's lease is 45 s: on the wall that were 22 minutes of this clock. */
const LAPSED_MS = 20 * MINUTE

describe('the worker on a fast clock', () => {
  it('works on a job for sixteen minutes, past the age of Discord’s token, across a crash, and tells what the crash has cut off', async (test) => {
    const state = temporaryFolder(test)
    const { simulator, restart, stop } = await launch({ port: 0, simulatorPort: 0, persistTo: state, speed: SPEED })
    let stopped: Promise<void> | null = null
    const end = () => {
      stopped ??= stop()
      return stopped
    }
    test.onTestFinished(end)
    const ada = simulator.discord.user('ada').in('#ops')
    const long = await ada.says('/sleep 16m')
    const cut = await ada.says('/deploy slow staging')
    await cut.final({ until: ({ text }) => text.includes('%') })
    await restart()

    expect((await cut.final({ withinMs: WAIT_MS })).text).toMatch(/interrupted.*outcome is unknown/)
    await untilRows(state, "SELECT 1 FROM audit WHERE code = 'lock.expired'", WAIT_MS)

    const last = await long.final({ withinMs: WAIT_MS })
    expect(last.text).toContain('Slept 16m')
    expect(last.changedAt - last.createdAt).toBeGreaterThanOrEqual(16 * MINUTE)
    // One message, from the answer to the end.
    expect(long.messages().map(({ id }) => id)).toEqual([last.id])
    expect(simulator.violations).toEqual([])
    // Discord’s token was too old for the end: the bot has edited the message that it began with the token.
    const told =
      "SELECT 1 FROM audit a JOIN runs r ON r.id = a.run WHERE a.code = 'reply.delivered' AND r.line LIKE 'sleep%'"
    await untilRows(state, told)
    await end()
    const events = auditEvents(state)
    const at = (wanted: string) => Date.parse(String(events.find(({ code }) => code === wanted)?.at))
    // By the alarm of the lock alone.
    expect(at('lock.expired') - at('lock.acquired')).toBeLessThan(LAPSED_MS)
    const ways = events.filter(({ code }) => code === 'reply.delivered').map(({ via }) => via)
    expect(ways).toContain('channel.edit')
  }, 300_000)
})
