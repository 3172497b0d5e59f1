/**
 * What both platforms' request signatures have in common: the verdict, and the window of time. Pure; the clock
 * is a parameter.
 */

/** Slack's documented window; Discord names none and gets the same. Both directions: a future date is as wrong as an old one. */
export const MAX_SKEW_S = 300

export type SignatureFault =
  /** The install has no usable secret for this platform: everything is refused. */
  | 'secret_missing'
  | 'signature_missing'
  | 'signature_malformed'
  | 'timestamp_missing'
  | 'timestamp_malformed'
  | 'timestamp_stale'
  | 'timestamp_future'
  | 'signature_mismatch'

export type Verdict = { readonly ok: true } | { readonly ok: false; readonly reason: SignatureFault }

export const VERIFIED: Verdict = { ok: true }

export function refused(reason: SignatureFault): Verdict {
  return { ok: false, reason }
}

/** Seconds since 1970 in ten digits, which is every second from 2001 to 2286. */
const TIMESTAMP = /^[0-9]{10}$/

/**
 * Whether a timestamp header is well formed and within {@link MAX_SKEW_S} of `now`, compared in whole seconds because
 * the header has no finer ones.
 *
 * @param now milliseconds since 1970
 * @example checkTimestamp('1531420618', 1_531_420_918_999) // { ok: true }, 300 s later
 */
export function checkTimestamp(header: string | null, now: number): Verdict {
  if (header === null) return refused('timestamp_missing')
  if (!TIMESTAMP.test(header)) return refused('timestamp_malformed')
  const age = Math.floor(now / 1_000) - Number(header)
  if (age > MAX_SKEW_S) return refused('timestamp_stale')
  if (age < -MAX_SKEW_S) return refused('timestamp_future')
  return VERIFIED
}
