import { describe, expect, it } from 'vitest'
import { fakeContext, fakeFetch, runCommand } from './_lib/fakes.ts'
import httpCheck from './http-check.ts'

const redirect =
  (location: string, status = 302) =>
  () =>
    new Response(null, { status, headers: { location } })

describe('http check', () => {
  it('tells status, time and type', async () => {
    const { fetch, calls } = fakeFetch(() => new Response('hello', { headers: { 'content-type': 'text/plain' } }))
    const record = await runCommand(httpCheck, { url: 'https://example.com' }, fakeContext({ fetch }))
    expect(record).toEqual({
      url: 'https://example.com/',
      ok: true,
      status: 200,
      ms: 7,
      type: 'text/plain',
      redirects: 0,
      error: null,
    })
    expect(calls[0]?.init).toMatchObject({ redirect: 'manual' })
  })

  it.each([
    [399, true],
    [400, false],
    [503, false],
  ])('takes status %i as well: %s', async (status, ok) => {
    const { fetch } = fakeFetch(() => new Response(null, { status }))
    expect(await runCommand(httpCheck, { url: 'https://example.com' }, fakeContext({ fetch }))).toMatchObject({
      status,
      ok,
    })
  })

  it('refuses a private address before any request', async () => {
    const { fetch, calls } = fakeFetch()
    await expect(runCommand(httpCheck, { url: 'http://169.254.169.254/' }, fakeContext({ fetch }))).rejects.toThrow(
      'not a public IP',
    )
    expect(calls).toEqual([])
  })

  it('follows redirects and checks every hop', async () => {
    const { fetch, calls } = fakeFetch(redirect('/a'), redirect('http://10.0.0.1/secret'))
    const record = await runCommand(httpCheck, { url: 'https://example.com' }, fakeContext({ fetch }))
    expect(calls.map(({ url }) => url)).toEqual(['https://example.com/', 'https://example.com/a'])
    expect(record).toMatchObject({
      ok: false,
      redirects: 1,
      status: 302,
      error: expect.stringContaining('redirects to where it may not'),
    })
  })

  it('follows five redirects and not a sixth', async () => {
    const five = fakeFetch(...Array.from({ length: 5 }, () => redirect('/again')), () => new Response('end'))
    expect(
      await runCommand(httpCheck, { url: 'https://example.com' }, fakeContext({ fetch: five.fetch })),
    ).toMatchObject({ ok: true, redirects: 5 })
    const six = fakeFetch(redirect('/again'))
    const record = await runCommand(httpCheck, { url: 'https://example.com' }, fakeContext({ fetch: six.fetch }))
    expect(record).toMatchObject({ ok: false, error: 'redirects more than 5 times' })
    expect(six.calls).toHaveLength(6)
  })

  it('gives an address that does not answer as a result, without the words of the runtime', async () => {
    const { fetch } = fakeFetch(() => Promise.reject(new Error('connect ECONNREFUSED 10.0.0.7')))
    const record = await runCommand(httpCheck, { url: 'https://example.com' }, fakeContext({ fetch }))
    expect(record).toMatchObject({ ok: false, status: null, error: 'could not be reached' })
  })

  it("ends with the run's own abort", async () => {
    const controller = new AbortController()
    const { fetch } = fakeFetch(() => {
      controller.abort('cancelled')
      return Promise.reject(new Error('aborted'))
    })
    const ctx = fakeContext({ fetch, signal: controller.signal })
    await expect(runCommand(httpCheck, { url: 'https://example.com' }, ctx)).rejects.toBe('cancelled')
  })

  it('lets a local trial through that the setting names', async () => {
    const { fetch } = fakeFetch(() => new Response('ok'))
    const ctx = fakeContext({ fetch, settings: { HTTP_CHECK_ALLOW_HOSTS: 'localhost:8788, localhost:8789' } })
    expect(await runCommand(httpCheck, { url: 'http://localhost:8789/' }, ctx)).toMatchObject({ ok: true })
  })
})
