import { describe, expect, it } from 'vitest'
import { CommandFailure } from '#pawl'
import { type Answer, fakeContext, fakeFetch, json } from './fakes.ts'
import { followRollout, startRollout } from './rollout.ts'

const HOOK = new URL('https://ci.example/hooks/s3cret')
const ORDER = { service: 'web', env: 'prod', force: false, run: 'r_1', actor: 'slack:T1:U1' }

function roll(answers: Answer[]) {
  const { fetch, calls } = fakeFetch(...answers)
  const ctx = fakeContext({ fetch })
  const outcome = (async () => {
    const { status, ...known } = await startRollout(HOOK, ORDER, 'r_1/1/1', ctx)
    return status === null ? { ...known, status } : await ctx.poll('2s', followRollout(status, ORDER, ctx))
  })()
  return { outcome, calls, told: ctx.told }
}

const running = json({ state: 'running', progress: 0.5, message: 'half way' })
const succeeded = json({ state: 'succeeded', version: 'v42' })
const lost: Answer = () => Promise.reject(new Error('network'))

describe('a rollout', () => {
  it('posts the order with the effect key as the idempotency key', async () => {
    const { outcome, calls } = roll([json({ version: 'v42', message: 'on\n it' })])
    expect(await outcome).toEqual({ version: 'v42', message: 'on it', status: null })
    expect(calls).toHaveLength(1)
    expect(calls[0]).toMatchObject({
      url: HOOK.href,
      init: { method: 'POST', redirect: 'manual', headers: { 'idempotency-key': 'r_1/1/1' } },
    })
    expect(JSON.parse(String(calls[0]?.init.body))).toEqual(ORDER)
  })

  it.each<[string, Answer]>([
    ['Location', json({}, 202, { location: '/status/1' })],
    ['status_url', json({ status_url: 'https://ci.example/status/1' }, 202)],
  ])('follows the status that %s names to its end', async (_how, start) => {
    const { outcome, calls, told } = roll([start, running, running, succeeded])
    expect(await outcome).toEqual({ version: 'v42', message: null })
    expect(calls.slice(1).map(({ url }) => url)).toEqual(Array(3).fill('https://ci.example/status/1'))
    expect(told).toEqual(['half way', 'half way'])
  })

  it.each([
    'https://evil.example/status',
    'http://ci.example/status',
    'https://ci.example:8443/status',
    '//evil.example/',
  ])('does not follow a status at another origin: %s', async (location) => {
    const { outcome, calls } = roll([json({}, 202, { location })])
    await expect(outcome).rejects.toThrow('another origin')
    expect(calls).toHaveLength(1)
  })

  it('fails with the words of the hook', async () => {
    const { outcome } = roll([json({}, 202, { location: '/s' }), json({ state: 'failed', message: 'health check' })])
    await expect(outcome).rejects.toThrow(new CommandFailure('the rollout of web prod failed: health check'))
  })

  it.each([
    [302, 'and redirects'],
    [403, 'refuses us'],
    [404, 'as if it were gone'],
    [409, 'another rollout is under way'],
    [500, 'look there whether it has started'],
  ])('says what to do when the hook answers %i', async (status, words) => {
    await expect(roll([json({}, status, { location: 'https://evil.example' })]).outcome).rejects.toThrow(words)
  })

  it('survives four lost answers in a row and gives up at the fifth', async () => {
    const start = json({}, 202, { location: '/s' })
    const four = roll([start, lost, json('?'), json({}, 500), json({ state: 'unheard of' }), running, lost, succeeded])
    expect(await four.outcome).toMatchObject({ version: 'v42' })
    const five = roll([start, lost])
    await expect(five.outcome).rejects.toThrow('its status can no longer be read')
    expect(five.calls).toHaveLength(6)
  })

  it('never shows an address of the hook', async () => {
    const answers: Answer[][] = [
      [lost],
      [json({}, 500)],
      [json({}, 202, { location: 'https://evil.example/s3cret' })],
      [json({}, 202, { location: '/hooks/s3cret' }), lost],
    ]
    for (const list of answers) {
      const error: Error = await roll(list).outcome.then(
        () => new Error('succeeded'),
        (reason) => reason,
      )
      expect(error).toBeInstanceOf(CommandFailure)
      expect(error.message).not.toMatch(/s3cret|ci\.example|evil/)
    }
  })

  it('reads no more than a status of any body', async () => {
    const huge: Answer = () => new Response(`{"state":"succeeded","x":"${'x'.repeat(70_000)}"}`)
    await expect(roll([json({}, 202, { location: '/s' }), huge]).outcome).rejects.toThrow('can no longer be read')
  })

  it("ends with the run's abort while it asks", async () => {
    const controller = new AbortController()
    const { fetch } = fakeFetch(() => {
      controller.abort('cancelled')
      return Promise.reject(new Error('aborted'))
    })
    const ctx = fakeContext({ fetch, signal: controller.signal })
    await expect(startRollout(HOOK, ORDER, 'k', ctx)).rejects.toBe('cancelled')
    await expect(followRollout('https://ci.example/s', ORDER, ctx)()).rejects.toBe('cancelled')
  })
})
