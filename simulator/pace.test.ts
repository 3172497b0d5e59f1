import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createFixture } from './fixture.ts'
import { launch } from './launch.ts'
import { fastTime, type Pace, paceSettings, readPace, SPEED_MAX, wallDelay, wallTime } from './pace.ts'

const SINCE = Date.UTC(2026, 10, 21, 12)
const paces = fc.record({ since: fc.constant(SINCE), speed: fc.integer({ min: 1, max: SPEED_MAX }) })

describe('a fast clock', () => {
  it('shows the same as the wall at its beginning, and forty minutes after two', () => {
    const pace: Pace = { since: SINCE, speed: 20 }
    expect(fastTime(pace, SINCE)).toBe(SINCE)
    expect(fastTime(pace, SINCE + 120_000)).toBe(SINCE + 2_400_000)
  })

  it('has come to a time, and to no more than a tick beyond it, when the wall is where it is to show it', () => {
    fc.assert(
      fc.property(paces, fc.nat(100_000_000), (pace, ms) => {
        const shown = fastTime(pace, wallTime(pace, SINCE + ms)) - SINCE
        expect(shown).toBeGreaterThanOrEqual(ms)
        expect(shown - ms).toBeLessThan(pace.speed)
      }),
    )
  })

  it('never shows a fraction of a millisecond', () => {
    expect(fastTime({ since: SINCE, speed: 1.5 }, SINCE + 1)).toBe(SINCE + 2)
  })

  it.each([
    [0, 0],
    [1, 1],
    [15, 1],
    [16, 2],
    [240, 16],
  ])('makes %i seconds of delay %i whole ones at fifteen times the speed, never too early', (seconds, wall) => {
    expect(wallDelay({ since: SINCE, speed: 15 }, seconds)).toBe(wall)
  })

  it('comes to the worker as settings, and no worker goes by one that is not there', () => {
    const pace = { since: SINCE, speed: 15 }
    expect(readPace(paceSettings(pace))).toEqual(pace)
    expect(() => readPace({})).toThrow('launch({ speed })')
  })

  it.each([0, 0.5, -1, SPEED_MAX + 1, Number.NaN])('does not run %d times as fast', async (speed) => {
    await expect(launch({ speed, port: 0, simulatorPort: 0 })).rejects.toThrow(`1 to ${SPEED_MAX} times as fast`)
  })

  it('is nothing that the product knows: a signature is as old as it is', () => {
    const src = join(import.meta.dirname, '..', 'src')
    const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))
    expect(files.length).toBeGreaterThan(100)
    const knowing = files.filter((name) => /PACE_|simulator\//.test(code(readFileSync(join(src, name), 'utf8'))))
    expect(knowing).toEqual([])
    expect(readFileSync(join(src, '..', 'wrangler.toml'), 'utf8')).toMatch(/^main = "src\/worker\.ts"$/m)
  })
})

/** A source without its remarks. */
function code(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
}

describe('the platforms on a fast clock', () => {
  it('give the first answer three seconds of the wall', async () => {
    const start = Date.now()
    const door = async () => {
      await new Promise((resolve) => setTimeout(resolve, 200))
      return Response.json({ text: 'well' })
    }
    const pace = { since: start, speed: 60 }
    const { simulator } = await createFixture(door, { speed: 60, now: () => fastTime(pace, Date.now()) })
    const asked = await simulator.slack.user('ada').in('#ops').says('/pawl help')
    expect(asked.failure).toBeNull()
    // Twelve seconds of the fast clock.
    expect(asked.ms).toBeGreaterThanOrEqual(199)
    expect(asked.ms).toBeLessThan(3_000)
  })

  it('keep it no longer than that', async () => {
    const start = Date.now()
    const pace = { since: start, speed: 60 }
    const { simulator } = await createFixture(() => new Promise<Response>(() => {}), {
      speed: 60,
      now: () => fastTime(pace, Date.now()),
    })
    const asked = await simulator.slack.user('ada').in('#ops').says('/pawl help')
    expect(asked.failure).toContain('operation_timeout')
    expect(Date.now() - start).toBeGreaterThanOrEqual(2_900)
  })
})
