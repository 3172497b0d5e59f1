import { expect, it } from 'vitest'
import { createFixture, type Fixture } from './fixture.ts'

const call = ({ simulator }: Fixture, method: string, path: string, headers: Record<string, string> = {}) =>
  simulator.fetch(new Request(`http://simulator.test${path}`, { method, headers }))

it('a deployment goes from running to succeeded in three seconds of the clock', async () => {
  const fixture = await createFixture()
  const accepted = await call(fixture, 'POST', '/upstream/deploy/web/staging')
  expect(accepted.status).toBe(202)
  const state = async () =>
    ((await (await call(fixture, 'GET', accepted.headers.get('location') ?? '')).json()) as { state: string }).state
  expect(await state()).toBe('running')
  fixture.pass(2_999)
  expect(await state()).toBe('running')
  fixture.pass(1)
  expect(await state()).toBe('succeeded')
})

it('a deployment asked for twice with one Idempotency-Key happens once and counts both requests', async () => {
  const fixture = await createFixture()
  for (const key of ['a', 'a', 'b'])
    await call(fixture, 'POST', '/upstream/deploy/web/staging', { 'idempotency-key': key })
  const { upstream } = fixture.simulator
  expect(upstream.deployments.map(({ key, requests }) => [key, requests])).toEqual([
    ['a', 2],
    ['b', 1],
  ])
  expect(upstream.log).toHaveLength(3)
})

it('a broken service fails half-way', async () => {
  const fixture = await createFixture()
  await call(fixture, 'POST', '/upstream/deploy/broken/staging')
  fixture.pass(1_500)
  expect(await (await call(fixture, 'GET', '/upstream/deploy/status/1')).json()).toMatchObject({ state: 'failed' })
})

it('a page has the status it is asked for', async () => {
  const fixture = await createFixture()
  expect((await call(fixture, 'GET', '/upstream/page?status=503')).status).toBe(503)
  expect((await call(fixture, 'GET', '/upstream/page?status=204')).status).toBe(204)
})
