/**
 * One rollout through a deploy hook: start it, then follow its status to the end. Touches the network through the given
 * fetch, and time through the given wait. No message repeats an address: a hook's is a bearer secret, and so may be its
 * status address.
 */

import * as z from 'zod'
import { CommandFailure } from '#pawl'

/** A rollout takes minutes: every 2 s is prompt and costs the hook little. */
const POLL_MS = 2_000
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
  progress(text: string, fraction?: number): Promise<void>
  wait(ms: number, signal: AbortSignal): Promise<void>
}

/** What is known at the end. `followed` is false when the hook gave no status to follow. */
export type Rollout = { version: string | null; message: string | null; followed: boolean }

/**
 * Starts a rollout and follows it to its end.
 *
 * @throws CommandFailure in words for the room, whenever it is not known to have succeeded.
 */
export async function rollOut(hook: URL, order: Order, means: RolloutMeans): Promise<Rollout> {
  const target = `${order.service} ${order.env}`
  const response = await start(hook, order, target, means)
  const body = startSchema.safeParse(await readJson(response))
  const { status_url, message, version } = body.success ? body.data : {}
  const address = response.headers.get('location') ?? status_url
  if (address === undefined) return { version: version ?? null, message: message ?? null, followed: false }
  return await follow(statusAddress(address, hook, target), target, means)
}

/** One call may hang; the rollout, its lock and its run must not hang with it. */
const CALL_MS = 15_000

function oneCall(signal: AbortSignal): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(CALL_MS)])
}

async function start(hook: URL, order: Order, target: string, { fetch, signal }: RolloutMeans): Promise<Response> {
  let response: Response
  try {
    response = await fetch(hook.href, {
      method: 'POST',
      // The run's id: a hook that knows it already answers as it did before.
      headers: { 'content-type': 'application/json', accept: 'application/json', 'idempotency-key': order.run },
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

function statusAddress(text: string, hook: URL, target: string): URL {
  const url = URL.canParse(text, hook.href) ? new URL(text, hook.href) : null
  // Anywhere else would let the hook make this worker fetch what it likes.
  if (url?.origin === hook.origin) return url
  throw new CommandFailure(
    `the rollout of ${target} has started, but its hook names a status address at another origin, which is not followed: look there for the outcome`,
  )
}

async function follow(status: URL, target: string, means: RolloutMeans): Promise<Rollout> {
  let lost = 0
  for (;;) {
    await means.wait(POLL_MS, means.signal)
    const seen = await poll(status, means)
    if (seen === null) {
      lost += 1
      if (lost < LOST_POLLS_MAX) continue
      throw new CommandFailure(
        `the rollout of ${target} has started, but its status can no longer be read: look there for the outcome`,
      )
    }
    lost = 0
    const { state, progress, message, version } = seen
    if (state === 'failed') throw new CommandFailure(`the rollout of ${target} failed${message ? `: ${message}` : ''}`)
    if (state === 'succeeded') return { version: version ?? null, message: message ?? null, followed: true }
    await means.progress(message ?? `rolling out ${target}`, progress)
  }
}

/** Null when there was no answer that could be read. */
async function poll(status: URL, { fetch, signal }: RolloutMeans): Promise<z.output<typeof statusSchema> | null> {
  try {
    const response = await fetch(status.href, {
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
