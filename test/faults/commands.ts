/**
 * Commands of the worker under test: one of each kind, whose only effect is a call to a pretend service that keeps its own log.
 * Runs in workerd. Network: that service, through `ctx.fetch`.
 */
import * as z from 'zod'
import { CommandFailure, type Context, defineCommand, wait } from '#pawl'
import { CONTROL_SETTING, EFFECT_PATH, type Effect } from './protocol.ts'

const tag = z.string().min(1).max(60).describe('Tells this one from the others')
const hold = z.number().int().min(0).max(600_000).default(0).describe('Milliseconds of work after the effect')

async function call(ctx: Context, effect: Pick<Effect, 'tag' | 'what'>, suffix = ''): Promise<Response> {
  const told: Effect = { ...effect, run: ctx.run, key: `${ctx.effectKey}${suffix}` }
  return await ctx.fetch(`${ctx.setting(CONTROL_SETTING)}${EFFECT_PATH}`, {
    method: 'POST',
    body: JSON.stringify(told),
  })
}

async function tell(ctx: Context, effect: Pick<Effect, 'tag' | 'what'>, suffix = ''): Promise<void> {
  const response = await call(ctx, effect, suffix)
  if (!response.ok) throw new CommandFailure(`the service answered ${response.status}`)
}

/** An effect as a step of its own, with a key and a tag of its own. */
async function part(ctx: Context, tag: string, name: string): Promise<void> {
  await ctx.step(name, async () => {
    await tell(ctx, { tag: `${tag}-${name}`, what: 'did' }, name)
    return name
  })
}

/** Does it, works a while, and says how it left; who is deaf goes on when told to stop. */
async function work(ctx: Context, args: { tag: string; hold: number; deaf?: boolean }): Promise<{ did: string }> {
  await tell(ctx, { tag: args.tag, what: 'did' })
  try {
    if (args.hold > 0) await wait(args.hold, args.deaf ? new AbortController().signal : ctx.signal)
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
  options: {
    tag,
    rest: z.string().default('1s').describe('How long the pause is'),
    key: z.string().max(60).default('').describe('The lock, if it is to have one'),
  },
  effects: 'write',
  run: 'job',
  retry: 'safe',
  singleton: ({ key }) => (key === '' ? null : { key: `solo:${key}`, whenBusy: 'queue' }),
  rules: ['when command is steps must have trial:run'],
  async handler({ tag, rest }, ctx) {
    await part(ctx, tag, 'one')
    await ctx.sleep(rest)
    await part(ctx, tag, 'two')
    return { did: tag }
  },
})

const long = defineCommand({
  name: 'long',
  summary: 'Write twice from the queue, never again, for longer than one consumer may work',
  options: { tag },
  effects: 'write',
  run: 'job',
  timeout: '2h',
  rules: ['when command is long must have trial:run'],
  async handler({ tag }, ctx) {
    await part(ctx, tag, 'one')
    await part(ctx, tag, 'two')
    return { did: tag }
  },
})

const watch = defineCommand({
  name: 'watch',
  summary: 'Write once the service is ready, and hold no consumer until then',
  options: { tag },
  effects: 'write',
  run: 'job',
  retry: 'safe',
  rules: ['when command is watch must have trial:run'],
  async handler({ tag }, ctx) {
    await ctx.poll('31s', async () => (await call(ctx, { tag, what: 'looked' })).ok)
    await part(ctx, tag, 'then')
    return { did: tag }
  },
})

const soloOf = (name: 'solo' | 'resolo', retry: 'safe' | 'unsafe') =>
  defineCommand({
    name,
    summary: `Write from the queue, one at a time, ${retry === 'safe' ? 'repeated when cut off' : 'never twice'}`,
    options: {
      key: z.string().min(1).max(60).describe('The lock'),
      tag,
      hold,
      deaf: z.boolean().default(false).describe('Do not stop when told to'),
      busy: z.enum(['queue', 'reject', 'join']).default('queue').describe('What to do while somebody else holds it'),
    },
    effects: 'write',
    run: 'job',
    retry,
    singleton: ({ key, busy }) => ({ key: `solo:${key}`, whenBusy: busy }),
    rules: [`when command is ${name} must have trial:run`],
    handler: (args, ctx) => work(ctx, args),
  })

export const trialCommands = [
  look,
  touch,
  job,
  rework,
  steps,
  long,
  watch,
  soloOf('solo', 'unsafe'),
  soloOf('resolo', 'safe'),
]
