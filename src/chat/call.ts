/**
 * One HTTP call to a chat platform, with every way it can go as a value. Touches the network through the `fetch` it is
 * given. Nothing here logs: addresses and headers hold bearer secrets.
 */
import { isRecord, type Json, type PawlRecord } from '../json.ts'

export type Fetch = (address: string, init: RequestInit) => Promise<Response>

/** Both platforms answer within a second; a job's delivery must not wait longer than its lease. In milliseconds. */
const CALL_TIMEOUT_MS = 10_000

/** Without a Retry-After, a 429 means that much. In milliseconds. */
const DEFAULT_RETRY_MS = 1_000

export type CallResult =
  /** 2xx. The body is empty where it was no JSON object; `list` is there where it was an array. */
  | { readonly kind: 'ok'; readonly body: PawlRecord; readonly list?: readonly Json[] }
  /** Nothing was decided: try again. */
  | { readonly kind: 'later'; readonly reason: string; readonly afterMs?: number }
  /** The platform said no; asking again would not help. */
  | { readonly kind: 'refused'; readonly status: number; readonly body: PawlRecord }

/** Calls and reads the answer. Never rejects: a network error, a timeout and a 5xx are `later`. */
export async function call(fetch: Fetch, address: string, init: RequestInit): Promise<CallResult> {
  let response: Response
  let text: string
  try {
    // A redirect would carry the secret to wherever it points.
    response = await fetch(address, { ...init, redirect: 'manual', signal: AbortSignal.timeout(CALL_TIMEOUT_MS) })
    text = await response.text()
  } catch (error) {
    return {
      kind: 'later',
      reason: error instanceof Error && error.name === 'TimeoutError' ? 'timeout' : 'network_error',
    }
  }
  const answer = parseJson(text)
  const body = isRecord(answer) ? answer : {}
  if (response.status === 429)
    return { kind: 'later', reason: 'rate_limited', afterMs: retryAfterMs(response.headers, body) }
  if (response.status >= 500) return { kind: 'later', reason: `http_${response.status}` }
  if (response.ok) return { kind: 'ok', body, ...(Array.isArray(answer) && { list: answer }) }
  return { kind: 'refused', status: response.status, body }
}

function parseJson(text: string): Json {
  try {
    return JSON.parse(text)
  } catch {
    // Slack answers a response_url with the two letters "ok".
    return null
  }
}

/** Discord says fractions of a second in the body, both say whole seconds in the header. */
function retryAfterMs(headers: Headers, body: PawlRecord): number {
  const inBody = body.retry_after
  if (typeof inBody === 'number' && inBody >= 0) return Math.ceil(inBody * 1_000)
  const inHeader = headers.get('retry-after')
  return inHeader !== null && /^\d{1,6}$/.test(inHeader) ? Number(inHeader) * 1_000 : DEFAULT_RETRY_MS
}
