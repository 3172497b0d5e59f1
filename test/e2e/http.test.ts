/** The doors of a running worker, over real HTTP: what each wrong request is answered, and that the audit knows of it. */
import { expect, it } from 'vitest'
import { signDiscord, signSlack } from '../../simulator/core/sign.ts'
import { prepareSettings } from '../../simulator/settings.ts'
import { auditEvents, house, ROOT } from './kit.ts'

const FORM = 'application/x-www-form-urlencoded'
/** Over the doors' limit of 256 KB. */
const OVERSIZED = 300 * 1_024
/** Just over the 300 s that a signature is good for. */
const TOO_FAR_S = 310

interface Case {
  readonly name: string
  readonly path: string
  readonly init?: RequestInit
  readonly status: number
  /** What the audit says about it; absent where nothing was refused at a door. */
  readonly reason?: string
}

it('every wrong request gets its answer as one short JSON, and the refused deliveries are in the audit', async (test) => {
  const pawl = await house(test)
  const { secrets } = await prepareSettings(ROOT, pawl.simulatorUrl)
  const now = Math.floor(Date.now() / 1_000)
  const slack = async (body: string, at = now, secret = secrets.slackSigningSecret, type = FORM) =>
    ({
      method: 'POST',
      headers: { 'content-type': type, ...(await signSlack(secret, body, at)) },
      body,
    }) satisfies RequestInit
  const discord = async (body: string, at = now) =>
    ({
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(await signDiscord(secrets.discordPrivateKey, body, at)) },
      body,
    }) satisfies RequestInit

  const body = 'team_id=T0PAWL&command=%2Fpawl&text=whoami'
  const ping = '{"type":1}'
  const forged = await discord(ping)
  const cases: Case[] = [
    { name: 'no such route', path: '/nowhere', status: 404 },
    { name: 'GET at a door', path: '/slack/commands', status: 405 },
    { name: 'POST at healthz', path: '/healthz', init: { method: 'POST' }, status: 405 },
    {
      name: 'oversized',
      path: '/slack/commands',
      init: await slack('a'.repeat(OVERSIZED)),
      status: 413,
      reason: 'body_too_large',
    },
    {
      name: 'oversized, in chunks without a content-length',
      path: '/discord/interactions',
      init: { method: 'POST', body: inChunks(OVERSIZED), duplex: 'half' } as RequestInit,
      status: 413,
      reason: 'body_too_large',
    },
    {
      name: 'unsigned',
      path: '/slack/events',
      init: { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' },
      status: 401,
      reason: 'signature_missing',
    },
    {
      name: 'forged (Slack)',
      path: '/slack/commands',
      init: await slack(body, now, 'not-the-secret-0123456789abcdef'),
      status: 401,
      reason: 'signature_mismatch',
    },
    {
      name: 'changed on the way (Discord)',
      path: '/discord/interactions',
      init: { ...forged, body: '{"type":2}' },
      status: 401,
      reason: 'signature_mismatch',
    },
    {
      name: 'stale (Slack)',
      path: '/slack/commands',
      init: await slack(body, now - TOO_FAR_S),
      status: 401,
      reason: 'timestamp_stale',
    },
    {
      name: 'stale (Discord)',
      path: '/discord/interactions',
      init: await discord(ping, now - TOO_FAR_S),
      status: 401,
      reason: 'timestamp_stale',
    },
    {
      name: 'from the future',
      path: '/slack/commands',
      init: await slack(body, now + TOO_FAR_S),
      status: 401,
      reason: 'timestamp_future',
    },
    {
      name: 'another media type',
      path: '/slack/commands',
      init: await slack(body, now, secrets.slackSigningSecret, 'text/plain'),
      status: 415,
      reason: 'media_type_unsupported',
    },
    {
      name: 'signed, but no command',
      path: '/slack/commands',
      init: await slack('hello=world'),
      status: 400,
      reason: 'command_malformed',
    },
    {
      name: 'signed, but no JSON',
      path: '/discord/interactions',
      init: await discord('{"type":'),
      status: 400,
      reason: 'interaction_malformed',
    },
  ]
  for (const { name, path, init = {}, status } of cases) {
    const response = await fetch(pawl.url + path, init)
    const text = await response.text()
    expect({ name, status: response.status }).toEqual({ name, status })
    expect(response.headers.get('content-type'), name).toMatch(/^application\/json/)
    expect(Object.keys(JSON.parse(text) as object), name).toEqual(['error'])
    expect(text.length, name).toBeLessThan(100)
  }

  const healthy = await fetch(`${pawl.url}/healthz`)
  expect(healthy.status).toBe(200)
  expect(await healthy.json()).toMatchObject({ ok: true, bindings: { DB: 'ok' }, problems: [] })
  // The doors still open to those who may come in.
  const pong = await fetch(`${pawl.url}/discord/interactions`, await discord(ping))
  expect([pong.status, await pong.json()]).toEqual([200, { type: 1 }])

  await pawl.stop()
  const events = auditEvents(pawl.state)
  expect(new Set(events.map(({ code }) => code))).toEqual(new Set(['delivery.refused']))
  const doorOf = (path: string) => path.slice(1).replace('/', '.')
  const expected = cases.flatMap(({ path, reason }) => (reason === undefined ? [] : [`${doorOf(path)} ${reason}`]))
  expect(events.map(({ source, reason }) => `${source} ${reason}`).toSorted()).toEqual(expected.toSorted())
})

/** A body of this many bytes whose length nobody knows beforehand. */
function inChunks(size: number): ReadableStream<Uint8Array> {
  const chunk = new Uint8Array(16 * 1_024).fill(0x61)
  let left = size
  return new ReadableStream({
    pull(controller) {
      if (left <= 0) return controller.close()
      controller.enqueue(chunk)
      left -= chunk.byteLength
    },
  })
}
