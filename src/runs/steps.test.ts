/** When a wait puts a run aside, and what a handler cannot hide: over a journal that writes nowhere. */
import { expect, it } from 'vitest'
import { defineCommand } from '../command/define.ts'
import { wait } from '../command/wait.ts'
import { createJournal, NOTHING_KEPT } from './journal.ts'
import { CONSUMER_WORK_MS, SETTLE_MS, STEPS_MAX, STRETCH_MS, UNSURE_MS } from './limits.ts'
import type { Services } from './services.ts'
import { toolsOf } from './steps.ts'

const command = defineCommand({
  name: 'any',
  summary: 'Any',
  effects: 'write',
  run: 'job',
  rules: ['when command is any allow'],
  handler: () => null,
})

function call() {
  const services = { now: () => Date.now(), token: () => 't', log: () => {} } as unknown as Services
  const actor = { platform: 'slack', workspace: 'T1', id: 'U1' } as const
  const claim = { run: 'r_1', attempt: 1, held: [] }
  const journal = createJournal(services, {} as never, { claim, actor, kept: NOTHING_KEPT })
  journal.write = async () => true
  const controller = new AbortController()
  const { signal } = controller
  const facts = { run: 'r_1', stage: 1, call: 1, command, args: {}, signal, progress: async () => {} }
  return { journal, tools: toolsOf(services, journal, facts), stop: () => controller.abort(new Error('stop')) }
}

it.each([
  ['poll', '29s', false],
  ['poll', '30s', true],
  ['sleep', '4s', false],
  ['sleep', '5s', true],
] as const)('a %s of %s puts the run aside: %s', async (kind, length, aside) => {
  const { journal, tools, stop } = call()
  let looks = 0
  const waiting =
    kind === 'sleep'
      ? tools.sleep(length)
      : tools.poll(length, () => {
          looks++
          return null
        })
  const ended = waiting.then(
    () => 'over',
    () => 'stopped',
  )
  const first = await Promise.race([journal.suspended, wait(100, new AbortController().signal)])
  expect(first !== undefined).toBe(aside)
  expect(looks).toBe(kind === 'poll' ? 1 : 0)
  stop()
  if (!aside) expect(await ended).toBe('stopped')
})

it('a poll takes no shorter time than a second', async () => {
  await expect(call().tools.poll('0s', () => null)).rejects.toThrow('write a length of time')
})

it('a step too many is refused in words before it does anything', async () => {
  const { tools, journal } = call()
  for (let i = 1; i <= STEPS_MAX; i++) await tools.step(`step ${i}`, () => i)
  let done = false
  const more = tools.step('one more', () => {
    done = true
  })
  await expect(more).rejects.toThrow('at most 1000 steps')
  expect([done, journal.unkept()]).toEqual([false, null])
})

it.each([
  ['is too large', () => 'x'.repeat(64 * 1024)],
  ['is no JSON', () => 1n as unknown as number],
])('what a step gives and %s is told to the run, whatever the handler catches', async (_, give) => {
  const { tools, journal } = call()
  await tools.step('fine', () => 1)
  expect(journal.unkept()).toBeNull()
  await tools.step<string | number>('odd', give).catch(() => {})
  expect(journal.unkept()).toContain('the step "odd" is done and could not be kept')
})

it('leaves a minute and a half of the 15 of a consumer for what is before and after the work, and more for the step that began last', () => {
  const GRACE_MS = 2_000
  const END_PAUSES_MS = 9_000
  expect(900_000 - STRETCH_MS - GRACE_MS - SETTLE_MS - UNSURE_MS - END_PAUSES_MS).toBeGreaterThanOrEqual(40_000)
  expect(STRETCH_MS - CONSUMER_WORK_MS).toBeGreaterThanOrEqual(120_000)
})
