/**
 * `deploy`: rolls a service out through its deploy hook (the setting DEPLOY_HOOKS), one rollout per service and
 * environment at a time; prod waits for somebody else's word. Touches the network through `ctx.fetch`.
 */

import * as z from 'zod'
import { CommandFailure, defineCommand, line, md } from '#pawl'
import { findHook, servicesOf } from './_lib/deploy-hooks.ts'
import { followRollout, startRollout } from './_lib/rollout.ts'

/** A rollout takes minutes: this is prompt and costs the hook little. */
const LOOK_EVERY = '2s'

export default defineCommand({
  name: 'deploy',
  summary: 'Deploy a service to an environment',
  description:
    'Calls the deploy hook of the service and environment and follows its status to the end. Two rollouts of the same service to the same environment never overlap: the second waits.',
  options: {
    service: z.string().min(1).max(60).describe('Service to deploy'),
    env: z.enum(['staging', 'prod']).describe('Where to'),
    force: z.boolean().default(false).describe('Skip the health check').meta({ short: 'f' }),
  },
  effects: 'write',
  run: 'job',
  timeout: '1h',
  singleton: ({ service, env }) => ({ key: `deploy:${service}:${env}`, whenBusy: 'queue' }),
  rules: [
    'when command is deploy must have deploy:run',
    'when command is deploy with option[env] == "prod" must have deploy:prod',
  ],
  // A second pair of eyes: staging is for trying, prod is for everybody.
  approval: { when: ({ env }) => env === 'prod', permission: 'deploy:approve', expires: '15m' },
  complete: {
    service: (typed, ctx) => servicesOf(ctx.setting('DEPLOY_HOOKS')).filter((service) => service.startsWith(typed)),
  },
  examples: [
    ['deploy web staging', 'web to staging'],
    ['deploy web prod --force', 'web to prod without the health check'],
  ],
  async handler({ service, env, force }, ctx) {
    const found = findHook(ctx.setting('DEPLOY_HOOKS'), service, env)
    if (!found.ok) throw new CommandFailure(found.message)
    await ctx.progress(`rolling out ${service} to ${env}`)
    const { platform, workspace, id } = ctx.actor
    const order = { service, env, force, run: ctx.run, actor: `${platform}:${workspace}:${id}` }
    // Once, however long it takes and wherever it goes on; the status is looked at until it has ended.
    const started = await ctx.step('start', () => startRollout(found.hook, order, ctx.effectKey, ctx))
    const { status, version, message } = started
    if (status === null) return { service, env, version, message, followed: false }
    const rollout = await ctx.poll(LOOK_EVERY, followRollout(status, order, ctx))
    return { service, env, ...rollout, followed: true }
  },
  dryRun({ service, env, force }, ctx) {
    const found = findHook(ctx.setting('DEPLOY_HOOKS'), service, env)
    if (!found.ok) throw new CommandFailure(found.message)
    // The address is a bearer secret; whose it is may be known.
    return {
      service,
      env,
      would_call: `its deploy hook at ${found.hook.host}`,
      health_check: force ? 'skipped' : 'made',
    }
  },
  view([{ service, env, version, message, followed }]) {
    const what = version === null ? md`**${service}**` : md`**${service}** ${version}`
    const more = message === null ? md`` : md` (${message})`
    if (!followed) return md`Started the rollout of ${what} to ${env}${more}; its hook tells no outcome`
    const show = md`Deployed ${what} to ${env}${more}`
    // What works there is wanted here next.
    return env === 'staging'
      ? { show, actions: [{ label: `Deploy ${service} to prod`, run: line`deploy ${service} prod` }] }
      : show
  },
})
