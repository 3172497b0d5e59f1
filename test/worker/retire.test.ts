/** What becomes of a message whose run is asked again: who may not see its answer is not shown it, and a button that served nobody stays. */
import { env } from 'cloudflare:test'
import { afterEach, beforeAll, expect, it, vi } from 'vitest'
import { CommandFailure, defineCommand } from '#pawl'
import { plain } from '../../src/chat/markdown.ts'
import { textReply } from '../../src/chat/reply.ts'
import type { Courier } from '../../src/runs/courier.ts'
import { showAgain } from '../../src/runs/retire.ts'
import { forward, holdBack, work, worldWith } from './survive.kit.ts'
import type { World } from './world.ts'

const base = { effects: 'write', run: 'job', options: {} } as const
const vex = defineCommand({
  ...base,
  name: 'vex',
  summary: 'Fail and say a secret thing',
  rules: ['when command is vex allow'],
  handler() {
    throw new CommandFailure('the account 4711 is overdrawn')
  },
})
const sole = defineCommand({
  ...base,
  name: 'sole',
  summary: 'Fail under a lock',
  singleton: () => ({ key: 'sole', whenBusy: 'reject' }),
  rules: ['when command is sole allow'],
  handler() {
    throw new CommandFailure('it did not work')
  },
})

let world: World
beforeAll(async () => {
  world = await worldWith(vex, sole)
})
afterEach(() => {
  vi.mocked(env.JOBS.send).mockRestore?.()
})

const idOf = async (command: string) => String((await world.newestRun(command)).id)
const shown = (person: string, place: string) =>
  world.simulator.slack
    .user(person)
    .in(place)
    .sees()
    .map(({ text }) => text)
    .join('\n')

it('an administrator who asks again what failed in a direct message is not shown what it said there', async () => {
  holdBack()
  const dm = world.simulator.slack.user('grace').in('dm')
  await dm.says('/pawl vex')
  const failed = await idOf('vex')
  await work(failed)
  forward(10)
  await dm.says(`/pawl run retry ${failed}`)
  const again = await idOf('vex')
  expect(again).not.toBe(failed)
  await work(again)
  forward(10)
  const asked = await world.hears('ada', `/pawl run retry ${failed}`)
  expect(asked).toContain('again')
  await world.simulator.slack.user('ada').in('#ops').press('Run it again anyway')
  await vi.waitUntil(() => shown('ada', '#ops').includes('Run again by'), { timeout: 5_000 })
  expect(shown('ada', '#ops')).not.toContain('4711')
  expect(shown('grace', 'dm')).toContain('4711')
})

it('whatever kept a message, no token is in it when it is shown again', async () => {
  const token = ['ghp', 'aB3dE5fG7hJ9kL1mN0pQaB3dE5fG7hJ9kL1mN0'].join('_')
  const retired = vi.fn(async () => {})
  const couriers = new Map([['slack', { retire: retired } as unknown as Courier]])
  const address = { platform: 'slack' }
  await showAgain({ couriers }, address, textReply(plain(`with ${token}`)), null)
  expect(retired).toHaveBeenCalledExactlyOnceWith(address, textReply(plain('with [secret]')), null)
})

it('the button of a failed run stays when nothing comes of pressing it because its lock is taken', async () => {
  holdBack()
  await world.says('ada', '/pawl sole')
  const failed = await idOf('sole')
  await work(failed)
  forward(10)
  await world.says('ada', '/pawl sole')
  expect(await idOf('sole')).not.toBe(failed)
  forward(10)
  const pressed = await world.simulator.slack.user('ada').in('#ops').press('Retry')
  expect((await pressed.final()).text).toContain('sole')
  await new Promise((resolve) => setTimeout(resolve, 200))
  expect(await world.newestRun('sole')).toMatchObject({ state: 'failed', code: 'busy' })
  const message = world.simulator.slack
    .user('ada')
    .in('#ops')
    .sees()
    .find(({ text }) => text.includes('sole failed'))
  expect(message?.text).not.toContain('Run again by')
  expect(message?.buttons.map(({ label }) => label)).toContain('Retry')
})
