/** One look at a web address, redirect by redirect. Touches the network through the given fetch. */
import type { AddressCheck } from './address.ts'

/** Browsers follow 20; a health check that needs more than 5 is a loop. */
const REDIRECTS_MAX = 5
/** Leaves room within the command's 20 s for the answer. */
const TIMEOUT_MS = 15_000
const REDIRECT_STATUS = new Set([301, 302, 303, 307, 308])

export interface ProbeMeans {
  /** Checks every hop: a public page may redirect to a private one. */
  allow(text: string, from?: URL): AddressCheck
  fetch: typeof fetch
  now(): number
  signal: AbortSignal
}

export type Probe = {
  url: string
  /** True for a final status below 400. */
  ok: boolean
  status: number | null
  /** From the first request to the last response's headers. */
  ms: number
  type: string | null
  redirects: number
  /** Null when there was an answer. */
  error: string | null
}

/** Never throws but for the run's own abort: that an address does not answer is the answer. */
export async function probe(start: URL, { allow, fetch, now, signal }: ProbeMeans): Promise<Probe> {
  const began = now()
  const timeout = AbortSignal.timeout(TIMEOUT_MS)
  let url = start
  const outcome = (redirects: number, rest: Partial<Probe>): Probe => ({
    url: url.href,
    ok: false,
    status: null,
    ms: now() - began,
    type: null,
    redirects,
    error: null,
    ...rest,
  })
  for (let redirects = 0; ; redirects++) {
    let response: Response
    try {
      response = await fetch(url.href, {
        redirect: 'manual',
        headers: { 'user-agent': 'Pawl http check', accept: '*/*' },
        signal: AbortSignal.any([signal, timeout]),
      })
    } catch {
      if (signal.aborted) throw signal.reason
      // The runtime's own words differ from version to version and may name addresses inside.
      return outcome(redirects, {
        error: timeout.aborted ? `did not answer within ${TIMEOUT_MS / 1_000} s` : 'could not be reached',
      })
    }
    // Only the headers are of interest; a body that is not read keeps the connection busy.
    await response.body?.cancel()
    const { status } = response
    const location = REDIRECT_STATUS.has(status) ? response.headers.get('location') : null
    if (location === null)
      return outcome(redirects, { ok: status < 400, status, type: response.headers.get('content-type') })
    if (redirects === REDIRECTS_MAX)
      return outcome(redirects, { status, error: `redirects more than ${REDIRECTS_MAX} times` })
    const next = allow(location, url)
    if (!next.ok) return outcome(redirects, { status, error: `redirects to where it may not: ${next.message}` })
    url = next.url
  }
}
