/**
 * One rollout through a deploy hook: start it, then look at its status. Touches the network through the given fetch. No message
 * repeats an address: a hook's is a bearer secret, and so may be its status address.
 */

import * as z from 'zod'
import { CommandFailure } from '#pawl'

/** One lost answer is the network; five in a row, ten seconds, is the end of what we can know. */
const LOST_POLLS_MAX = 5
/** A status is a few lines; whoever sends more is not sending a status. */
const BODY_MAX = 64 * 1024
const TEXT_MAX = 200

const line = z.string().transform((text) => text.replace(/\s+/g, ' ').slice(0, TEXT_MAX))
const startSchema = z.object({ status_url: z.string().optional(), message: line.optional(), version: line.optional() })
const statusSchema = z.object({
  state: z.enum(['running', 'succeeded', 'failed']),
  progress: z.number().min(0).max(1).optional(),
  message: line.optional(),
  version: line.optional(),
})

export interface Order {
  readonly service: string
  readonly env: string
  readonly force: boolean
  readonly run: string
  readonly actor: string
}

export interface RolloutMeans {
  readonly fetch: typeof fetch
  readonly signal: AbortSignal
}

/** What the hook said at once. */
export type Started = {
  /** Where the status is to be looked at; null when the hook gave none. */
  status: string | null
  version: string | null
  message: string | null
}

/** What is known at the end. */
export type Rollout = { version: string | null; message: string | null }

/**
 * Starts a rollout.
 *
 * @param key stands for this rollout: a hook that knows it already answers as it did before
 * @throws CommandFailure in words for the room, whenever it is not known to have started.
 */
export async function startRollout(hook: URL, order: Order, key: string, means: RolloutMeans): Promise<Started> {
  const target = targetOf(order)
  const response = await start(hook, order, key, means)
  const body = startSchema.safeParse(await readJson(response))
  const { status_url, message, version } = body.success ? body.data : {}
  const address = response.headers.get('location') ?? status_url
  return {
    status: address === undefined ? null : statusAddress(address, hook, target),
    version: version ?? null,
    message: message ?? null,
  }
}

/**
 * Looks at the status of a rollout that has started, again and again; each look gives the end, or null while it goes on.
 *
 * @throws CommandFailure from a look, when it failed or its status can no longer be read.
 */
export function followRollout(
  status: string,
  order: Pick<Order, 'service' | 'env'>,
  { fetch, signal, progress }: RolloutMeans & { progress(text: string, fraction?: number): Promise<void> },
): () => Promise<Rollout | null> {
  const target = targetOf(order)
  let lost = 0
  return async () => {
    const seen = await look(status, { fetch, signal })
    if (seen === null) {
      lost += 1
      if (lost < LOST_POLLS_MAX) return null
      throw new CommandFailure(
        `the rollout of ${target} has started, but its status can no longer be read: look there for the outcome`,
      )
    }
    lost = 0
    const { state, progress: fraction, message, version } = seen
    if (state === 'failed') throw new CommandFailure(`the rollout of ${target} failed${message ? `: ${message}` : ''}`)
    if (state === 'succeeded') return { version: version ?? null, message: message ?? null }
    await progress(message ?? `rolling out ${target}`, fraction)
    return null
  }
}

function targetOf({ service, env }: Pick<Order, 'service' | 'env'>): string {
  return `${service} ${env}`
}

/** One call may hang; the rollout, its lock and its run must not hang with it. */
const CALL_MS = 15_000

function oneCall(signal: AbortSignal): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(CALL_MS)])
}

async function start(hook: URL, order: Order, key: string, { fetch, signal }: RolloutMeans): Promise<Response> {
  const target = targetOf(order)
  let response: Response
  try {
    response = await fetch(hook.href, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json', 'idempotency-key': key },
      body: JSON.stringify(order),
      // A redirect would carry the order to an address that nobody has configured.
      redirect: 'manual',
      signal: oneCall(signal),
    })
  } catch {
    if (signal.aborted) throw signal.reason
    throw new CommandFailure(
      `the deploy hook of ${target} could not be reached: look there whether it has started before trying again`,
    )
  }
  if (response.ok) return response
  await response.body?.cancel()
  throw new CommandFailure(`the deploy hook of ${target} answered ${response.status} ${hint(response.status)}`)
}

function hint(status: number): string {
  if (status >= 300 && status < 400) return 'and redirects: put the final address into DEPLOY_HOOKS'
  if (status === 401 || status === 403) return 'and refuses us: renew its address in DEPLOY_HOOKS'
  if (status === 404 || status === 410) return 'as if it were gone: renew its address in DEPLOY_HOOKS'
  if (status === 409) return 'as another rollout is under way: wait for its end'
  return ': look there whether it has started before trying again'
}

function statusAddress(text: string, hook: URL, target: string): string {
  const url = URL.canParse(text, hook.href) ? new URL(text, hook.href) : null
  // Anywhere else would let the hook make this worker fetch what it likes.
  if (url?.origin === hook.origin) return url.href
  throw new CommandFailure(
    `the rollout of ${target} has started, but its hook names a status address at another origin, which is not followed: look there for the outcome`,
  )
}

/** Null when there was no answer that could be read. */
async function look(status: string, { fetch, signal }: RolloutMeans): Promise<z.output<typeof statusSchema> | null> {
  try {
    const response = await fetch(status, {
      headers: { accept: 'application/json' },
      redirect: 'manual',
      signal: oneCall(signal),
    })
    const body = await readJson(response)
    const parsed = response.ok ? statusSchema.safeParse(body) : null
    return parsed?.success ? parsed.data : null
  } catch {
    if (signal.aborted) throw signal.reason
    return null // the network failed, or the answer was cut off
  }
}

/** The body as JSON, or null when it is too long or no JSON. */
async function readJson(response: Response): Promise<unknown> {
  let text = ''
  const decoder = new TextDecoder()
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true })
    if (text.length > BODY_MAX) return null
  }
  try {
    return JSON.parse(text)
  } catch {
    return null // a hook may answer with plain text, or nothing
  }
}
