/**
 * What every door does to a request before it knows the platform: read the body once, within a limit, and refuse in one
 * shape. Touches the request's stream; no clock, no network, no storage.
 */

/** The biggest requests are what people type into Slack's modals, whose steps are cut so that they pass (slack/form-limits.ts). In bytes. */
export const BODY_LIMIT = 256 * 1_024

/**
 * What is read beyond the limit, and thrown away: a caller that is still sending when it is answered sees a broken connection
 * instead of the 413. In bytes.
 */
const DRAIN_LIMIT = 512 * 1_024

export type Body =
  | { readonly ok: true; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly ok: false; readonly reason: 'body_too_large' | 'body_unreadable' }

/** The raw body, its bytes counted while they arrive: a content-length header can lie or be missing. */
export async function readBody(request: Request, limit: number = BODY_LIMIT): Promise<Body> {
  if (request.body === null) return { ok: true, bytes: new Uint8Array(0) }
  const reader: ReadableStreamDefaultReader<Uint8Array> = request.body.getReader()
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) break
      size += value.byteLength
      if (size > limit + DRAIN_LIMIT) {
        await reader.cancel()
        break
      }
      if (size <= limit) chunks.push(value)
    }
  } catch {
    // The caller hung up, or lied about its encoding: there is nothing to verify.
    return { ok: false, reason: 'body_unreadable' }
  }
  if (size > limit) return { ok: false, reason: 'body_too_large' }
  const bytes = new Uint8Array(size)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.byteLength
  }
  return { ok: true, bytes }
}

/** The body as text, or null when it is not UTF-8. */
export function decodeText(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return null
  }
}

/** JSON as an unknown value, or `undefined` when it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** True when the content-type header names this media type; parameters such as `charset` do not matter. */
export function hasMediaType(request: Request, mediaType: string): boolean {
  const [essence = ''] = (request.headers.get('content-type') ?? '').split(';')
  return essence.trim().toLowerCase() === mediaType
}

/** The one shape of every refusal: a status and a short sentence that gives nothing away. */
export function errorResponse(status: number, error: string, headers: Record<string, string> = {}): Response {
  return Response.json({ error }, { status, headers })
}
