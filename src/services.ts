/**
 * Builds the rooms' services from the bindings, once per environment: the only place that reaches for the clock, chance, the
 * network and the console.
 */
import type { Health } from './app.ts'
import { sizeProblem } from './audit/retention-problems.ts'
import { cleanJson, maskTokens } from './audit/tokens.ts'
import { createDiscordCourier } from './chat/discord/courier.ts'
import { createSlackCourier } from './chat/slack/courier.ts'
import { loadRegistry } from './command/house-registry.ts'
import { type Config, readConfig } from './config.ts'
import { openDatabase } from './db/database.ts'
import { selectVersion } from './db/policy.ts'
import type { Env } from './env.ts'
import { PolicyCache } from './policy/cache.ts'
import { shippedRules } from './policy/document/shipped.ts'
import { messageOf, type Services } from './runs/services.ts'
import { VERSION } from './version.ts'

/** Names of settings that belong to Pawl itself; command modules do not get them. */
const OWN_SETTINGS = /^(SLACK|DISCORD|PAWL)_/

const cache = new WeakMap<Env, Services>()

/** The services of an environment. */
export function servicesOf(env: Env): Services {
  const known = cache.get(env)
  if (known) return known
  const config = readConfig(env)
  for (const problem of config.problems) log('setting', { problem })
  const registry = loadRegistry()
  // workerd's fetch must be called on the global object, and late: tests replace it.
  const send: typeof fetch = (input, init) => fetch(input, init)
  const now = () => Date.now()
  const services: Services = {
    openDb: () => openDatabase(env.DB),
    registry,
    config,
    couriers: new Map([
      ['slack', createSlackCourier({ config: config.slack, fetch: send, now, served: slackServed(config) })],
      ['discord', createDiscordCourier({ config: config.discord, fetch: send, now, version: VERSION })],
    ]),
    queue: env.JOBS,
    lock: (key) => env.SINGLETON.getByName(key),
    ledger: () => ledgerOf(env),
    policy: new PolicyCache(shippedRules(registry)),
    now,
    token: () => crypto.randomUUID(),
    fetch: send,
    setting: (name) => settingOf(env, name),
    mayRecordRefusal: async (key) => (await env.REFUSALS.limit({ key })).success,
    log,
    version: VERSION,
  }
  cache.set(env, services)
  return services
}

/** There is one log, and one that seals it. */
function ledgerOf(env: Env): ReturnType<Services['ledger']> {
  return env.LEDGER.getByName('log')
}

function slackServed({ workspaces }: Config): 'one' | 'several' {
  return [...workspaces].filter((entry) => entry.startsWith('slack:')).length > 1 ? 'several' : 'one'
}

/** `GET /healthz` is open to all: it asks the bindings at most this often in an isolate. */
const HEALTH_MS = 5_000

const healths = new WeakMap<Env, { readonly at: number; readonly health: Health }>()

/** Whether every binding answers; for `GET /healthz`. Never throws. */
export async function healthOf(env: Env): Promise<Health> {
  const known = healths.get(env)
  if (known && Date.now() - known.at < HEALTH_MS) return known.health
  const health = await askBindings(env)
  // What is wrong is asked again at once: whoever mends it wants to see it.
  if (health.ok) healths.set(env, { at: Date.now(), health })
  return health
}

async function askBindings(env: Env): Promise<Health> {
  const { config } = servicesOf(env)
  const problems = [...config.problems]
  // To be seen to in the next days; until then it does what it is there for.
  const coming: string[] = []
  const bindings = {
    DB: await probe(async () => {
      const { results, meta } = await selectVersion(openDatabase(env.DB)).run()
      if (results.length === 0) throw new Error('no policy row: apply the migrations')
      const full = sizeProblem(meta.size_after, config.audit)
      if (full !== null) coming.push(full)
    }),
    SINGLETON: await probe(() => env.SINGLETON.getByName('healthz').status()),
    LEDGER: await probe(async () => {
      // Why is for those who may read the log; this page is for all.
      if ((await ledgerOf(env).status()).problems.length > 0)
        problems.push('the audit log has a problem: see audit status')
    }),
    JOBS: await probe(() => env.JOBS.metrics()),
  }
  const ok = problems.length === 0 && Object.values(bindings).every((state) => state === 'ok')
  return { ok, version: VERSION, bindings, problems: [...problems, ...coming] }
}

async function probe(call: () => Promise<unknown>): Promise<string> {
  try {
    await call()
    return 'ok'
  } catch (error) {
    log('binding does not answer', { error: messageOf(error) })
    return 'does not answer'
  }
}

function settingOf(env: Env, name: string): string | undefined {
  if (OWN_SETTINGS.test(name) || !Object.hasOwn(env, name)) return undefined
  const value: unknown = Reflect.get(env, name)
  return typeof value === 'string' && value !== '' ? value : undefined
}

function log(message: string, fields: { readonly [field: string]: string | number | null }): void {
  console.error(JSON.stringify(cleanJson({ message, ...fields }, maskTokens)))
}
