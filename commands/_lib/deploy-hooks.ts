/** The setting DEPLOY_HOOKS: which address deploys which service to which environment. Pure. */
import * as z from 'zod'

const hooksSchema = z.record(z.string(), z.record(z.string(), z.url({ protocol: /^https?$/ })))

export type Hooks = z.output<typeof hooksSchema>

const EXAMPLE = '{"web":{"staging":"https://…","prod":"https://…"}}'

export type HookLookup = { readonly ok: true; readonly hook: URL } | { readonly ok: false; readonly message: string }

/**
 * The hook of a service and environment. A hook's address is a bearer secret: no message repeats it.
 *
 * @example findHook('{"web":{"prod":"https://ci.example/hook"}}', 'web', 'prod')
 */
export function findHook(setting: string | undefined, service: string, env: string): HookLookup {
  const hooks = readHooks(setting)
  if (hooks === null)
    return {
      ok: false,
      message: `the setting DEPLOY_HOOKS is not of the form ${EXAMPLE}: correct it with wrangler secret put DEPLOY_HOOKS`,
    }
  const environments = Object.hasOwn(hooks, service) ? hooks[service] : undefined
  const hook = environments && Object.hasOwn(environments, env) ? environments[env] : undefined
  if (hook === undefined)
    return {
      ok: false,
      message: `no deploy hook is set for ${service} ${env}: add it to the setting DEPLOY_HOOKS, as in ${EXAMPLE}`,
    }
  return { ok: true, hook: new URL(hook) }
}

/** The services that have hooks, for completion. */
export function servicesOf(setting: string | undefined): string[] {
  return Object.keys(readHooks(setting) ?? {}).sort()
}

/** Empty when nothing is set, null when it cannot be read. */
function readHooks(setting: string | undefined): Hooks | null {
  if (setting === undefined || setting.trim() === '') return {}
  try {
    const parsed = hooksSchema.safeParse(JSON.parse(setting))
    return parsed.success ? parsed.data : null
  } catch {
    return null // not JSON
  }
}
