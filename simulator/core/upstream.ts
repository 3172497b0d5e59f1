/**
 * A pretend outside world for demonstrations and tests: a deploy hook that takes its time, and a page of any slowness. State in
 * memory; the clock is passed in.
 */
import { Hono } from 'hono'
import type { Json } from '../../src/json.ts'
import type { Clock } from './clock.ts'
import { json, parseJson } from './wire.ts'

/** How long a pretend deployment takes. */
const DEPLOY_MS = 3_000
/** The same of a service whose name begins with `slow`: long enough to be interrupted. */
const SLOW_DEPLOY_MS = 10 * 60_000
/** A page never keeps anyone waiting longer than this. */
const PAGE_MAX_MS = 60_000

export interface UpstreamRequest {
  readonly at: number
  readonly service: string
  readonly env: string
  /** The Idempotency-Key header; null when the caller sent none. */
  readonly key: string | null
  readonly body: Json
}

export interface Deployment {
  readonly id: string
  readonly service: string
  readonly env: string
  readonly key: string | null
  readonly startedAt: number
  readonly version: string
  /** How many requests asked for this one deployment. */
  requests: number
}

export interface Upstream {
  readonly log: readonly UpstreamRequest[]
  /** One per Idempotency-Key, however often it was asked for. */
  readonly deployments: readonly Deployment[]
  /** Deployments of this service fail half-way from now on. */
  breaks(service: string): void
}

/** The service called `broken` always fails, and slow ones take their time, for trying out both in the terminal. */
export function createUpstream({ now, wait }: Clock): { upstream: Upstream; app: Hono } {
  const log: UpstreamRequest[] = []
  const deployments: Deployment[] = []
  const broken = new Set(['broken'])
  const app = new Hono().basePath('/upstream')

  app.post('/deploy/:service/:env', async (c) => {
    const { service, env } = c.req.param()
    const key = c.req.header('idempotency-key') ?? null
    log.push({ at: now(), service, env, key, body: parseJson(await c.req.text()) ?? null })
    let deployment = key === null ? undefined : deployments.find((it) => it.key === key)
    if (!deployment) {
      const id = String(deployments.length + 1)
      deployment = { id, service, env, key, startedAt: now(), version: `v${41 + Number(id)}`, requests: 0 }
      deployments.push(deployment)
    }
    deployment.requests += 1
    return json(202, { id: deployment.id, state: 'running' }, { location: `/upstream/deploy/status/${deployment.id}` })
  })

  app.get('/deploy/status/:id', (c) => {
    const deployment = deployments.find((it) => it.id === c.req.param('id'))
    if (!deployment) return json(404, { error: 'no such deployment' })
    const whole = deployment.service.startsWith('slow') ? SLOW_DEPLOY_MS : DEPLOY_MS
    const progress = Math.min(1, (now() - deployment.startedAt) / whole)
    if (broken.has(deployment.service) && progress >= 0.5) {
      return json(200, { state: 'failed', progress, message: 'health check failed on 2 of 3 instances' })
    }
    if (progress >= 1)
      return json(200, {
        state: 'succeeded',
        progress: 1,
        version: deployment.version,
        message: 'all instances healthy',
      })
    const message = progress < 0.4 ? 'building' : progress < 0.8 ? 'rolling out' : 'checking health'
    return json(200, { state: 'running', progress, message })
  })

  app.all('/page', async (c) => {
    const status = Number(c.req.query('status') ?? 200)
    const ms = Number(c.req.query('ms') ?? 0)
    if (Number.isFinite(ms) && ms > 0) await wait(Math.min(ms, PAGE_MAX_MS))
    const valid = Number.isInteger(status) && status >= 200 && status <= 599
    const empty = status === 204 || status === 205 || status === 304
    return new Response(empty ? null : `pretend page, status ${status}\n`, { status: valid ? status : 400 })
  })

  app.get('/log', () =>
    json(
      200,
      log.map((entry) => ({ ...entry })),
    ),
  )
  return { upstream: { log, deployments, breaks: (service) => void broken.add(service) }, app }
}
