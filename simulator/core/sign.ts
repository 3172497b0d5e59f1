/**
 * Secrets of the pretend platforms, and signing as they do. WebCrypto only; no clock, no network.
 */

export interface Secrets {
  readonly slackSigningSecret: string
  readonly slackBotToken: string
  /** The platform's own half of the key pair; the application only ever knows the public one. */
  readonly discordPrivateKey: JsonWebKey
  /** 64 hex digits. */
  readonly discordPublicKey: string
  readonly discordApplicationId: string
  readonly discordBotToken: string
}

const encoder = new TextEncoder()

/** Fresh secrets of the shape that the platforms hand out. */
export async function createSecrets(): Promise<Secrets> {
  const pair = (await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify'])) as CryptoKeyPair
  const publicKey = (await crypto.subtle.exportKey('raw', pair.publicKey)) as ArrayBuffer
  return {
    slackSigningSecret: randomHex(16),
    slackBotToken: `xoxb-local-${randomHex(16)}`,
    discordPrivateKey: (await crypto.subtle.exportKey('jwk', pair.privateKey)) as JsonWebKey,
    discordPublicKey: toHex(new Uint8Array(publicKey)),
    discordApplicationId: '1180000000000000090',
    discordBotToken: `local.${randomHex(16)}`,
  }
}

/**
 * The headers that Slack puts on a request; `seconds` since 1970.
 * @see https://docs.slack.dev/authentication/verifying-requests-from-slack
 */
export async function signSlack(secret: string, body: string, seconds: number): Promise<Record<string, string>> {
  const key = await crypto.subtle.importKey('raw', encoder.encode(secret), { name: 'HMAC', hash: 'SHA-256' }, false, [
    'sign',
  ])
  const mac = await crypto.subtle.sign('HMAC', key, encoder.encode(`v0:${seconds}:${body}`))
  return { 'x-slack-request-timestamp': String(seconds), 'x-slack-signature': `v0=${toHex(new Uint8Array(mac))}` }
}

/**
 * The headers that Discord puts on a request; `seconds` since 1970.
 * @see https://discord.com/developers/docs/interactions/overview#setting-up-an-endpoint
 */
export async function signDiscord(
  privateKey: JsonWebKey,
  body: string,
  seconds: number,
): Promise<Record<string, string>> {
  const key = await crypto.subtle.importKey('jwk', privateKey, 'Ed25519', false, ['sign'])
  const signature = await crypto.subtle.sign('Ed25519', key, encoder.encode(`${seconds}${body}`))
  return { 'x-signature-timestamp': String(seconds), 'x-signature-ed25519': toHex(new Uint8Array(signature)) }
}

function randomHex(bytes: number): string {
  return toHex(crypto.getRandomValues(new Uint8Array(bytes)))
}

function toHex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
