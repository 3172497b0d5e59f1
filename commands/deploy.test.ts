import { describe, expect, it } from 'vitest'
import { type Markdown, textOf } from '../src/chat/markdown.ts'
import { fakeContext, fakeFetch, json, runCommand } from './_lib/fakes.ts'
import deploy from './deploy.ts'

const HOOKS = JSON.stringify({ web: { staging: 'https://ci.example/staging', prod: 'https://ci.example/prod' } })

describe('deploy', () => {
  it('calls the hook of the service and environment for the actor', async () => {
    const { fetch, calls } = fakeFetch(json({ version: 'v42' }))
    const ctx = fakeContext({ fetch, settings: { DEPLOY_HOOKS: HOOKS } })
    const record = await runCommand(deploy, { service: 'web', env: 'prod', force: true }, ctx)
    expect(record).toEqual({ service: 'web', env: 'prod', version: 'v42', message: null, followed: false })
    expect(calls[0]?.url).toBe('https://ci.example/prod')
    expect(JSON.parse(String(calls[0]?.init.body))).toEqual({
      service: 'web',
      env: 'prod',
      force: true,
      run: 'r_1',
      actor: 'slack:T1:U1',
    })
    expect(ctx.told).toEqual(['rolling out web to prod'])
  })

  it.each([
    [undefined, 'api', 'no deploy hook is set for api prod: add it to the setting DEPLOY_HOOKS'],
    [HOOKS, 'api', 'no deploy hook is set for api prod'],
    [HOOKS, 'constructor', 'no deploy hook is set for constructor prod'],
    ['{"web":', 'web', 'DEPLOY_HOOKS is not of the form'],
    ['{"web":{"prod":"s3cret"}}', 'web', 'DEPLOY_HOOKS is not of the form'],
    ['{"web":{"prod":"ftp://s3cret"}}', 'web', 'DEPLOY_HOOKS is not of the form'],
  ])('with the setting %j says for %s: %s', async (setting, service, message) => {
    const ctx = fakeContext({ settings: setting === undefined ? {} : { DEPLOY_HOOKS: setting } })
    const outcome = runCommand(deploy, { service, env: 'prod' }, ctx)
    await expect(outcome).rejects.toThrow(message)
    await expect(outcome).rejects.not.toThrow('s3cret')
  })

  it('says in a dry run which hook it would call, and calls none', async () => {
    const { fetch, calls } = fakeFetch(json({}))
    const ctx = fakeContext({ fetch, settings: { DEPLOY_HOOKS: HOOKS } })
    expect(await deploy.dryRun?.({ service: 'web', env: 'prod', force: true }, ctx)).toEqual({
      service: 'web',
      env: 'prod',
      would_call: 'its deploy hook at ci.example',
      health_check: 'skipped',
    })
    expect(calls).toEqual([])
    const missing = async () => await deploy.dryRun?.({ service: 'api', env: 'prod', force: false }, ctx)
    await expect(missing()).rejects.toThrow('no deploy hook is set for api prod')
  })

  it('is locked by service and environment, and the second waits', () => {
    expect(deploy.singleton({ service: 'web', env: 'prod' })).toEqual({ key: 'deploy:web:prod', whenBusy: 'queue' })
  })

  it("waits for somebody else's word to production alone, a quarter of an hour", () => {
    const approval = { permission: 'deploy:approve', count: 1, expiresMs: 15 * 60_000, reason: false }
    expect(deploy.care({ service: 'web', env: 'prod' })).toEqual({ confirmation: null, approvals: [approval] })
    expect(deploy.care({ service: 'web', env: 'staging' })).toEqual({ confirmation: null, approvals: [] })
  })

  it('completes the services that have hooks', async () => {
    const ctx = fakeContext({ settings: { DEPLOY_HOOKS: HOOKS } })
    expect(await deploy.complete('service', 'w', ctx)).toEqual(['web'])
    expect(await deploy.complete('service', 'x', ctx)).toEqual([])
  })

  it('says whether it followed the rollout to its end', () => {
    const view = (followed: boolean) =>
      textOf(deploy.view([{ service: 'web', env: 'prod', version: 'v42', message: 'ok', followed }]) as Markdown)
    expect(view(true)).toBe('Deployed web v42 to prod (ok)')
    expect(view(false)).toContain('its hook tells no outcome')
  })
})
