/**
 * `sleep`: a job that only takes time, for trying progress, cancellation and singletons; a long one is put aside between its
 * steps, and may be repeated when it broke. Touches the timer.
 */

import * as z from 'zod'
import { defineCommand, formatDuration, md, parseDuration, wait } from '#pawl'

const SECOND = 1_000
const LONGEST = 12 * 60 * 60 * SECOND
/** Progress in about ten steps, but not more often than chats take edits. */
const STEPS = 10
const STEP_MIN = SECOND
/** From here on a step is waited for without a consumer. */
const STEP_ASIDE = 30 * SECOND

export default defineCommand({
  name: 'sleep',
  summary: 'Take a while, for trying jobs, cancellation and singletons',
  options: {
    duration: z
      .string()
      .refine((text) => within(lengthOf(text)), { error: 'write a length of time up to 12h, as in 90s' })
      .describe('How long, as in 90s'),
    key: z
      .string()
      .min(1)
      .max(60)
      .optional()
      .meta({ short: 'k' })
      .describe('Sleepers with the same key wait for each other'),
  },
  input: 'all',
  effects: 'read',
  run: 'job',
  timeout: '13h',
  retry: 'safe',
  singleton: ({ key }) => (key === undefined ? null : { key: `sleep:${key}`, whenBusy: 'queue' }),
  rules: ['when command is sleep allow'],
  examples: [
    ['sleep 10s', 'ten seconds'],
    ['sleep 1m --key nap', 'one minute, one sleeper at a time'],
    ['sleep 40m', 'longer than a queue consumer lives'],
  ],
  async handler({ duration }, ctx) {
    const whole = lengthOf(duration) ?? 0
    const step = Math.max(STEP_MIN, whole / STEPS)
    for (let slept = 0; slept < whole; slept += step) {
      await ctx.progress(`sleeping, ${formatDuration(whole - slept)} left`, slept / whole)
      const part = Math.min(step, whole - slept)
      if (part >= STEP_ASIDE) await ctx.sleep(formatDuration(part))
      else await wait(part, ctx.signal)
    }
    // In a pipe it only takes time: what came in goes on.
    return ctx.records.length > 0 ? ctx.records : [{ slept: duration }]
  },
  dryRun: ({ duration }, ctx) => (ctx.records.length > 0 ? ctx.records : [{ would_sleep: duration }]),
  view: ([first, ...rest]) => (rest.length === 0 && 'slept' in first ? md`Slept ${first.slept}` : null),
})

/** As for the Unix command, a bare number is seconds. */
function lengthOf(text: string): number | null {
  return parseDuration(/^\d+$/.test(text) ? `${text}s` : text)
}

function within(ms: number | null): boolean {
  return ms !== null && ms <= LONGEST
}
