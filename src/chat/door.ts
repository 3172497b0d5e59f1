/**
 * One signed door: read within the limit, verify, and only then look at what was sent. The order of refusals is fixed
 * here for both platforms: 413 while reading, 401, 415, 400. Touches nothing but what it is given.
 */
import type { Config } from '../config.ts'
import type { Fetch } from './call.ts'
import type { Hall, Lifetime } from './hall.ts'
import { decodeText, errorResponse, hasMediaType, readBody } from './http.ts'
import type { Actor } from './invocation.ts'
import type { Verdict } from './signed.ts'

/** What the doors need from the house. `now` is in milliseconds since 1970. */
export interface House {
  readonly hall: Hall
  readonly config: Config
  readonly now: () => number
  /** For what must be said to a platform before the request is over. */
  readonly fetch: Fetch
  /** For the operator; never with secrets. */
  readonly log: (message: string, fields: { readonly [field: string]: string }) => void
}

export type DoorHandler = (request: Request, house: House, lifetime: Lifetime) => Promise<Response>

/** A request whose signature has been verified. */
export interface Verified extends House {
  /** The body as text. */
  readonly text: string
  /** Milliseconds since 1970, when the request reached the door. */
  readonly receivedAt: number
  readonly lifetime: Lifetime
  /** Tells the audit that a verified request was turned away; the answer is the caller's. */
  refuse(reason: string, actor?: Actor): void
  /** Tells the audit, and answers 400. */
  malformed(reason: string): Response
}

export interface DoorOptions {
  /** The name in the audit, as in `slack.commands`. */
  readonly name: string
  readonly mediaType: 'application/json' | 'application/x-www-form-urlencoded'
  /** May reject: that is a refusal too. */
  readonly verify: (headers: Headers, body: Uint8Array<ArrayBuffer>, config: Config, now: number) => Promise<Verdict>
  readonly serve: (request: Verified) => Promise<Response> | Response
}

/** A handler that lets in only what its platform has signed. */
export function createDoor({ name, mediaType, verify, serve }: DoorOptions): DoorHandler {
  return async function signedDoor(request, house, lifetime) {
    const receivedAt = house.now()
    const refuse = (reason: string, actor?: Actor) =>
      house.hall.refuse({ door: name, reason, ...(actor && { actor }) }, lifetime)
    const malformed = (reason: string) => {
      refuse(reason)
      return errorResponse(400, 'malformed request')
    }

    const body = await readBody(request)
    if (!body.ok) {
      refuse(body.reason)
      return body.reason === 'body_too_large'
        ? errorResponse(413, 'body over 256 KB')
        : errorResponse(400, 'malformed request')
    }

    // workerd throws on an Ed25519 signature of the wrong length where Node returns false: every exception is a refusal.
    const verdict = await verify(request.headers, body.bytes, house.config, receivedAt).catch(
      (): Verdict => ({ ok: false, reason: 'signature_mismatch' }),
    )
    if (!verdict.ok) {
      refuse(verdict.reason)
      // One answer for every reason: which check failed is for the audit only.
      return errorResponse(401, 'signature refused')
    }

    if (!hasMediaType(request, mediaType)) {
      refuse('media_type_unsupported')
      return errorResponse(415, `expected ${mediaType}`)
    }
    const text = decodeText(body.bytes)
    if (text === null) return malformed('body_not_utf8')
    return serve({ ...house, text, receivedAt, lifetime, refuse, malformed })
  }
}
