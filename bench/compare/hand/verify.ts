/** What a careful person writes by hand to verify both platforms: the body once, strict headers, five minutes, WebCrypto. */

export interface Secrets {
  readonly SLACK_SIGNING_SECRET: string
  readonly DISCORD_PUBLIC_KEY: string
}

export interface Asked {
  readonly platform: 'slack' | 'discord'
  /** The platform's delivery id. */
  readonly delivery: string
  readonly workspace: string
  readonly actor: string
  readonly channel: string
  readonly line: string
}

const STALE_S = 300
const encoder = new TextEncoder()

let slackKey: Promise<CryptoKey> | null = null
let discordKey: Promise<CryptoKey> | null = null

/** What was asked; null for what is not signed, or not understood. */
export async function verified(request: Request, env: Secrets): Promise<Asked | null> {
  const body = new Uint8Array(await request.arrayBuffer())
  return new URL(request.url).pathname.startsWith('/slack/')
    ? await slack(request.headers, body, env)
    : await discord(request.headers, body, env)
}

async function slack(headers: Headers, body: Uint8Array<ArrayBuffer>, env: Secrets): Promise<Asked | null> {
  const timestamp = headers.get('x-slack-request-timestamp') ?? ''
  const signature = /^v0=([0-9a-f]{64})$/.exec(headers.get('x-slack-signature') ?? '')?.[1]
  if (signature === undefined || !isFresh(timestamp)) return null
  slackKey ??= crypto.subtle.importKey(
    'raw',
    encoder.encode(env.SLACK_SIGNING_SECRET),
    { name: 'HMAC', hash: 'SHA-256' },
    false,
    ['verify'],
  )
  const signed = joined(encoder.encode(`v0:${timestamp}:`), body)
  if (!(await crypto.subtle.verify('HMAC', await slackKey, bytesOf(signature), signed))) return null
  const form = new URLSearchParams(new TextDecoder().decode(body))
  const text = (name: string) => form.get(name) ?? ''
  return {
    platform: 'slack',
    delivery: text('trigger_id'),
    workspace: text('team_id'),
    actor: text('user_id'),
    channel: text('channel_id'),
    line: text('text'),
  }
}

interface Interaction {
  readonly id: string
  readonly guild_id: string
  readonly channel_id: string
  readonly member: { readonly user: { readonly id: string } }
  readonly data: { readonly options?: readonly { readonly value: string }[] }
}

async function discord(headers: Headers, body: Uint8Array<ArrayBuffer>, env: Secrets): Promise<Asked | null> {
  const timestamp = headers.get('x-signature-timestamp') ?? ''
  const signature = /^[0-9a-f]{128}$/.exec(headers.get('x-signature-ed25519') ?? '')?.[0]
  if (signature === undefined || !isFresh(timestamp)) return null
  discordKey ??= crypto.subtle.importKey('raw', bytesOf(env.DISCORD_PUBLIC_KEY), 'Ed25519', false, ['verify'])
  const signed = joined(encoder.encode(timestamp), body)
  if (!(await crypto.subtle.verify('Ed25519', await discordKey, bytesOf(signature), signed))) return null
  const { id, guild_id, channel_id, member, data } = JSON.parse(new TextDecoder().decode(body)) as Interaction
  return {
    platform: 'discord',
    delivery: id,
    workspace: guild_id,
    actor: member.user.id,
    channel: channel_id,
    line: data.options?.[0]?.value ?? '',
  }
}

/** The words as the platform wants them. */
export function answer({ platform }: Asked, text: string): Response {
  return platform === 'slack'
    ? Response.json({ response_type: 'ephemeral', text })
    : Response.json({ type: 4, data: { content: text, flags: 64, allowed_mentions: { parse: [] } } })
}

function isFresh(timestamp: string): boolean {
  return /^\d{10}$/.test(timestamp) && Math.abs(Date.now() / 1_000 - Number(timestamp)) <= STALE_S
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(a.length + b.length)
  all.set(a)
  all.set(b, a.length)
  return all
}

function bytesOf(hex: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
}
