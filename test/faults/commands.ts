/**
 * Commands of the worker under test: one of each kind, whose only effect is a call to a pretend service that keeps its own log.
 * Runs in workerd. Network: that service, through `ctx.fetch`.
 */
import * as z from 'zod'
import { CommandFailure, type Context, defineCommand, wait } from '#pawl'
import { CONTROL_SETTING, EFFECT_PATH, type Effect } from './protocol.ts'

const tag = z.string().min(1).max(60).describe('Tells this one from the others')
const hold = z.number().int().min(0).max(600_000).default(0).describe('Milliseconds of work after the effect')

async function tell(ctx: Context, effect: Pick<Effect, 'tag' | 'what'>, part = ''): Promise<void> {
  const told: Effect = { ...effect, run: ctx.run, key: `${ctx.effectKey}${part}` }
  const response = await ctx.fetch(`${ctx.setting(CONTROL_SETTING)}${EFFECT_PATH}`, {
    method: 'POST',
    body: JSON.stringify(told),
  })
  if (!response.ok) throw new CommandFailure(`the service answered ${response.status}`)
}

/** Does it, works a while, and says how it left. */
async function work(ctx: Context, args: { tag: string; hold: number }): Promise<{ did: string }> {
  await tell(ctx, { tag: args.tag, what: 'did' })
  try {
    if (args.hold > 0) await wait(args.hold, ctx.signal)
  } catch (error) {
    await tell(ctx, { tag: args.tag, what: 'aborted' })
    throw error
  }
  await tell(ctx, { tag: args.tag, what: 'left' })
  return { did: args.tag }
}

const look = defineCommand({
  name: 'look',
  summary: 'Read inside the request',
  options: { tag },
  effects: 'read',
  rules: ['when command is look allow'],
  handler: ({ tag }) => ({ saw: tag }),
})

const touch = defineCommand({
  name: 'touch',
  summary: 'Write inside the request',
  options: { tag, hold },
  effects: 'write',
  rules: ['when command is touch must have trial:run'],
  handler: (args, ctx) => work(ctx, args),
})

const job = defineCommand({
  name: 'work',
  summary: 'Write from the queue, never twice',
  options: { tag, hold },
  effects: 'write',
  run: 'job',
  rules: ['when command is work must have trial:run'],
  handler: (args, ctx) => work(ctx, args),
})

const rework = defineCommand({
  name: 'rework',
  summary: 'Write from the queue, repeated when cut off',
  options: { tag, hold },
  effects: 'write',
  run: 'job',
  retry: 'safe',
  rules: ['when command is rework must have trial:run'],
  handler: (args, ctx) => work(ctx, args),
})

const steps = defineCommand({
  name: 'steps',
  summary: 'Write twice from the queue, with a pause in which no consumer is held',
  options: { tag, rest: z.string().default('1s').describe('How long the pause is') },
  effects: 'write',
  run: 'job',
  retry: 'safe',
  rules: ['when command is steps must have trial:run'],
  async handler({ tag, rest }, ctx) {
    const part = (name: string) =>
      ctx.step(name, async () => {
        await tell(ctx, { tag: `${tag}-${name}`, what: 'did' }, name)
        return name
      })
    await part('one')
    await ctx.sleep(rest)
    await part('two')
    return { did: tag }
  },
})

const solo = defineCommand({
  name: 'solo',
  summary: 'Write from the queue, one at a time',
  options: {
    key: z.string().min(1).max(60).describe('The lock'),
    tag,
    hold,
    busy: z.enum(['queue', 'reject', 'join']).default('queue').describe('What to do while somebody else holds it'),
  },
  effects: 'write',
  run: 'job',
  singleton: ({ key, busy }) => ({ key: `solo:${key}`, whenBusy: busy }),
  rules: ['when command is solo must have trial:run'],
  handler: (args, ctx) => work(ctx, args),
})

export const trialCommands = [look, touch, job, rework, steps, solo]
