/** What the tests of freezes, broken glass and reviews share: commands that change something, and people with rights. */
import { env } from 'cloudflare:test'
import * as z from 'zod'
import { defineCommand } from '#pawl'
import { houseEntries, loadRegistry } from '../../src/command/house-registry.ts'
import { createRegistry } from '../../src/command/registry.ts'
import { FLAT_EVENT } from '../../src/db/audit.ts'
import type { World } from './world.ts'

/** What the handlers did. */
export const done: string[] = []

const options = {
  what: z.string().describe('What'),
  env: z.enum(['staging', 'prod']).default('staging').describe('Where'),
}

function writer(name: string, more: { readonly run?: 'inline' | 'job'; readonly care?: true } = {}) {
  const key = name.replace(' ', ':')
  return defineCommand({
    name,
    summary: `Do ${name}`,
    options,
    effects: 'write',
    run: more.run ?? 'inline',
    rules: [`when command is ${key} must have site:work`],
    ...(more.care && { confirm: true, approval: { permission: 'site:approve' } }),
    handler({ what, env }) {
      done.push(`${name} ${what} ${env}`)
      return { what, env }
    },
  })
}

/** Takes no option that conditions speak of. */
const tidy = defineCommand({
  name: 'tidy',
  summary: 'Do tidy',
  options: {},
  effects: 'write',
  rules: ['when command is tidy must have site:work'],
  handler() {
    done.push('tidy')
    return 'tidied'
  },
})

const look = defineCommand({
  name: 'look',
  summary: 'Only read',
  options: {},
  effects: 'read',
  rules: ['when command is look allow'],
  handler: () => 'seen',
})

const vault = defineCommand({
  name: 'vault',
  summary: 'Put a key away',
  options: { key: z.string().describe('The key').meta({ secret: true }) },
  effects: 'write',
  rules: ['when command is vault must have site:work'],
  handler() {
    done.push('vault')
    return 'kept'
  },
})

/** Makes site:approve a permission that a rule asks for. */
const sign = defineCommand({
  name: 'sign',
  summary: 'Sign it',
  options: {},
  effects: 'read',
  rules: ['when command is sign must have site:approve'],
  handler: () => 'signed',
})

/** Waits in the middle, for as long as a job that is put aside. */
const slow = defineCommand({
  name: 'slow',
  summary: 'Begin, wait, end',
  options: {},
  effects: 'write',
  run: 'job',
  rules: ['when command is slow must have site:work'],
  async handler(_, ctx) {
    await ctx.step('begin', () => {
      done.push('slow begins')
      return true
    })
    await ctx.sleep('6s')
    done.push('slow ends')
    return 'slept'
  },
})

export const COMMANDS = [
  writer('work'),
  writer('haul', { run: 'job' }),
  writer('pack install'),
  writer('pack remove'),
  writer('risky', { care: true }),
  tidy,
  vault,
  look,
  sign,
  slow,
]

/** The commands above beside Pawl's own. */
export function useCommands(): void {
  Object.assign(
    loadRegistry(),
    createRegistry(houseEntries(COMMANDS.map((command) => ({ file: `test/${command.key}`, command })))),
  )
}

/** Rights as a team has them: what each holds, through a role of its own. */
export async function grant(world: World, rights: { readonly [person: string]: readonly string[] }): Promise<void> {
  for (const [person, permissions] of Object.entries(rights)) {
    await says(world, `user add ${person} @${person}`)
    await says(world, `group create ${person}s`)
    await says(world, `group add ${person}s ${person}`)
    await says(world, `role create ${person}-role`)
    await says(world, `role grant ${person}-role ${person}s`)
    for (const permission of permissions) await says(world, `permission grant ${permission} ${person}-role`)
  }
}

/** ada, who administers, says it; what is refused fails the test. */
async function says(world: World, line: string): Promise<void> {
  const text = await world.hears('ada', `/pawl ${line}`)
  const row = await env.DB.prepare('SELECT state FROM runs WHERE line = ? ORDER BY created_at DESC LIMIT 1')
    .bind(line)
    .first<{ state: string }>()
  if (row && row.state !== 'succeeded') throw new Error(`${line}: ${text}`)
}

/** The events of one code, as flat objects. */
export async function eventsOf(code: string): Promise<{ readonly [field: string]: unknown }[]> {
  const { results } = await env.DB.prepare(`SELECT ${FLAT_EVENT} FROM audit WHERE code = ? ORDER BY seq`)
    .bind(code)
    .all<{ event: string }>()
  return results.map(({ event }) => JSON.parse(event) as { [field: string]: unknown })
}
