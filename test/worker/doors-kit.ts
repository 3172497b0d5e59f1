/**
 * For the doors' tests: a hall that only writes down, and requests signed as the platforms sign. No clock, no network.
 */

import type { Rooms } from '../../src/app.ts'
import type { Answer, Hall, Opened, Refusal, Submitted } from '../../src/chat/hall.ts'
import type { Invocation } from '../../src/chat/invocation.ts'
import { plain } from '../../src/chat/markdown.ts'
import { textReply } from '../../src/chat/reply.ts'
import { type Config, parseConfig } from '../../src/config.ts'

export const NOW = 1_780_000_000_000
export const SLACK_SECRET = 'a-signing-secret-of-32-characters'

export interface FakeHall extends Hall {
  readonly admitted: Invocation[]
  readonly refused: Refusal[]
  /** What it was asked about forms and completion, in order: the name of what was called, and with what. */
  readonly asked: (readonly [call: string, what: object])[]
}

/** What a hall says about forms; none unless it is told. */
export interface FakeForms {
  readonly opened?: Opened
  readonly submitted?: Submitted
  readonly completed?: readonly string[]
}

export function fakeHall(
  reply: Answer = textReply(plain('done'), { visibility: 'channel' }),
  { opened = { ok: false, reply: textReply(plain('over')) }, submitted, completed = [] }: FakeForms = {},
): FakeHall {
  const admitted: Invocation[] = []
  const refused: Refusal[] = []
  const asked: (readonly [string, object])[] = []
  function note<T>(call: string, what: object, answer: T): Promise<T> {
    asked.push([call, what])
    return Promise.resolve(answer)
  }
  return {
    admitted,
    refused,
    asked,
    async admit(invocation, _lifetime, limits) {
      admitted.push(invocation)
      const { form, ...rest } = reply
      return limits && form ? reply : rest
    },
    complete: async (_actor, typed) => [`${typed}!`],
    completeOption: (_who, typed) => note('completeOption', typed, completed),
    completeField: (_who, typed) => note('completeField', typed, completed),
    openForm: (_who, id, limits) => note('openForm', { id, limits }, opened),
    shortcut: (shortcut, limits) => note('shortcut', { ...shortcut, limits }, opened),
    submitForm: (submission) =>
      note('submitForm', submission, submitted ?? { kind: 'reply' as const, reply, told: false }),
    refuse: (refusal) => void refused.push(refusal),
  }
}

export function testConfig(settings: Record<string, string> = {}): Config {
  return parseConfig({ SLACK_SIGNING_SECRET: SLACK_SECRET, PAWL_WORKSPACES: 'slack:T111 discord:100', ...settings })
}

export function rooms(
  hall: Hall,
  config: Config,
  now: number = NOW,
  { fetch = async () => Response.json({ ok: true }), log = () => {} }: Partial<Pick<Rooms, 'fetch' | 'log'>> = {},
): Rooms {
  return {
    hall,
    config,
    now: () => now,
    fetch,
    log,
    health: async () => ({ ok: true, version: 'test', bindings: { DB: 'ok' }, problems: [] }),
  }
}

export function toHex(bytes: ArrayBuffer | Uint8Array): string {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

export interface SignedOptions {
  readonly secret?: string
  /** Seconds since 1970. */
  readonly at?: number
  readonly mediaType?: string
}

export const FORM = 'application/x-www-form-urlencoded'
export const JSON_TYPE = 'application/json'

export async function slackRequest(
  path: string,
  body: string,
  {
    secret = SLACK_SECRET,
    at = NOW / 1_000,
    mediaType = path === '/slack/events' ? JSON_TYPE : FORM,
  }: SignedOptions = {},
): Promise<Request> {
  const encoder = new TextEncoder()
  const key = await crypto.subtle.importKey('raw', encoder.encode(secret), { name: 'HMAC', hash: 'SHA-256' }, false, [
    'sign',
  ])
  const signature = await crypto.subtle.sign('HMAC', key, encoder.encode(`v0:${at}:${body}`))
  return new Request(`https://pawl.test${path}`, {
    method: 'POST',
    headers: {
      'content-type': mediaType,
      'x-slack-request-timestamp': String(at),
      'x-slack-signature': `v0=${toHex(signature)}`,
    },
    body,
  })
}

export interface DiscordKeys {
  readonly privateKey: CryptoKey
  /** 64 hex digits. */
  readonly publicKey: string
}

export async function discordKeys(): Promise<DiscordKeys> {
  const pair = (await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify'])) as CryptoKeyPair
  return {
    privateKey: pair.privateKey,
    publicKey: toHex((await crypto.subtle.exportKey('raw', pair.publicKey)) as ArrayBuffer),
  }
}

export async function discordRequest(
  { privateKey }: DiscordKeys,
  body: string,
  { at = NOW / 1_000, mediaType = JSON_TYPE }: Omit<SignedOptions, 'secret'> = {},
): Promise<Request> {
  const signature = await crypto.subtle.sign('Ed25519', privateKey, new TextEncoder().encode(`${at}${body}`))
  return new Request('https://pawl.test/discord/interactions', {
    method: 'POST',
    headers: {
      'content-type': mediaType,
      'x-signature-timestamp': String(at),
      'x-signature-ed25519': toHex(signature),
    },
    body,
  })
}

/** The part of the Workers execution context that Hono hands on. */
export function lifetime(): ExecutionContext {
  return { waitUntil: () => {}, passThroughOnException: () => {}, props: {} } as unknown as ExecutionContext
}
