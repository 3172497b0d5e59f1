/**
 * Sends sealed lines to a receiver outside, signed as Standard Webhooks has it
 * (https://github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md). Network: the receiver, through the `fetch` it
 * is given. Nothing here logs: the address may hold a token.
 */
import { toBase64 } from '../base64.ts'
import { hex, sha256 } from '../digest.ts'
import type { Sent, Sink } from './sink.ts'
import type { SealedPart } from './sink-part.ts'
import type { WebhookConfig } from './sink-settings.ts'

/** Standard Webhooks waits 15 to 30 s; with the time of a sweep it must fit into the lease. */
const TIMEOUT_MS = 15_000

/** What one request has at most, but for a single line that is longer. */
const LIMIT = { rows: 1_000, bytes: 1_000_000 }

/** A receiver that asks for more has made a mistake. */
const RETRY_AFTER_MAX_MS = 24 * 60 * 60_000

/** Eight hex digits of what it is sent to and with which secret: when one of them is new, a stop is over. */
const STOP_DIGITS = 8

/** The receiver as a sink. */
export async function webhookSink(
  { url, key }: WebhookConfig,
  { fetch, now }: { readonly fetch: typeof globalThis.fetch; readonly now: () => number },
): Promise<Sink> {
  const stop = hex(await sha256(`${url}\n${toBase64(key)}`)).slice(0, STOP_DIGITS)
  return {
    name: 'webhook',
    limit: LIMIT,
    // A SIEM wants to know at once.
    patienceMs: 0,
    stopped: `stopped:${stop}`,
    async send(part) {
      const request = await signedRequest(part, key, now())
      try {
        // A redirect would carry the log to wherever it points.
        const response = await fetch(url, { ...request, redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MS) })
        await response.body?.cancel()
        return sentAs(response, now())
      } catch (error) {
        const timeout = error instanceof Error && error.name === 'TimeoutError'
        return { outcome: 'later', reason: timeout ? 'timeout' : 'network_error' }
      }
    },
  }
}

function sentAs({ status, headers }: Response, now: number): Sent {
  if (status >= 200 && status < 300) return { outcome: 'taken' }
  if (status === 410) return { outcome: 'stopped' }
  return { outcome: 'later', reason: `http_${status}`, afterMs: retryAfterMs(headers.get('retry-after'), now) }
}

/** Seconds or a date (RFC 9110, 10.2.3). */
function retryAfterMs(written: string | null, now: number): number {
  if (written === null) return 0
  const ms = /^\d+$/.test(written) ? Number(written) * 1_000 : Date.parse(written) - now
  return Number.isNaN(ms) ? 0 : Math.min(Math.max(ms, 0), RETRY_AFTER_MAX_MS)
}

async function signedRequest(part: SealedPart, key: Uint8Array<ArrayBuffer>, now: number): Promise<RequestInit> {
  const { origin, from, to, lines } = part
  // The same lines have the same id, so that a receiver can tell a repetition.
  const id = `${origin.replaceAll('/', '_')}_${from}-${to}`
  const timestamp = String(Math.floor(now / 1_000))
  const body = `${lines.join('\n')}\n`
  const hmac = await crypto.subtle.importKey('raw', key, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  const signed = await crypto.subtle.sign('HMAC', hmac, new TextEncoder().encode(`${id}.${timestamp}.${body}`))
  return {
    method: 'POST',
    headers: {
      'content-type': 'application/x-ndjson',
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': `v1,${toBase64(new Uint8Array(signed))}`,
    },
    body,
  }
}
