/** For the tests of approvals: commands that need somebody's word, people who may give it, and what came of it. */
import { env } from 'cloudflare:test'
import { vi } from 'vitest'
import * as z from 'zod'
import { type Command, defineCommand } from '#pawl'
import { DISCORD_GUILD, PEOPLE, SLACK_TEAM } from '../../simulator/index.ts'
import { FLAT_EVENT } from '../../src/db/audit.ts'
import { worldWith } from './survive.kit.ts'
import type { World } from './world.ts'

/** What the handlers have done, in order. */
export const trail: string[] = []

const app = z.string().describe('What')

const ship = defineCommand({
  name: 'ship',
  summary: 'Ship something, with the approval of one',
  options: { app, extra: z.string().default('none').describe('Beside it') },
  effects: 'write',
  approval: { permission: 'ship:approve', when: ({ app: what }) => !what.startsWith('small') },
  rules: ['when command is ship must have ship:run'],
  handler({ app: what, extra }, ctx) {
    trail.push(`ship ${what} ${extra} ${ctx.run}`)
    return { shipped: what }
  },
})

const launch = defineCommand({
  name: 'launch',
  summary: 'Launch something, with the approval of two',
  options: { app },
  effects: 'write',
  run: 'job',
  singleton: ({ app: what }) => ({ key: `launch-${what}`, whenBusy: 'queue' }),
  approval: { permission: 'ship:approve', count: 2, expires: '5m' },
  rules: ['when command is launch must have ship:run'],
  handler({ app: what }, ctx) {
    trail.push(`launch ${what} ${ctx.run}`)
    return { launched: what }
  },
})

const wipe = defineCommand({
  name: 'wipe',
  summary: 'Wipe something, with a word of the asker',
  options: { app },
  effects: 'write',
  confirm: { word: ({ app: what }) => what },
  rules: ['when command is wipe must have ship:run'],
  handler({ app: what }, ctx) {
    trail.push(`wipe ${what} ${ctx.run}`)
    return { wiped: what }
  },
  dryRun: ({ app: what }) => ({ would_wipe: what, rows: 42 }),
})

const restart = defineCommand({
  name: 'restart',
  summary: 'Restart something, once the asker has confirmed it',
  options: { app },
  effects: 'write',
  confirm: true,
  rules: ['when command is restart must have ship:run'],
  handler({ app: what }, ctx) {
    trail.push(`restart ${what} ${ctx.run}`)
    return { restarted: what }
  },
})

const drop = defineCommand({
  name: 'drop',
  summary: 'Drop something: confirmed, approved, with a reason',
  options: { app },
  effects: 'write',
  confirm: true,
  approval: { permission: 'ship:approve', reason: true },
  rules: ['when command is drop must have ship:run'],
  handler({ app: what }, ctx) {
    trail.push(`drop ${what} ${ctx.run}`)
    return { dropped: what }
  },
})

const extract = defineCommand({
  name: 'extract',
  summary: 'Read what is only to be read with the approval of one',
  options: { app },
  effects: 'read',
  approval: { permission: 'ship:approve' },
  rules: ['when command is extract must have ship:run'],
  handler({ app: what }, ctx) {
    trail.push(`extract ${what} ${ctx.run}`)
    return { row: what }
  },
})

const hush = defineCommand({
  name: 'hush',
  summary: 'With a secret',
  options: { word: z.string().describe('Secret').meta({ secret: true }) },
  effects: 'write',
  confirm: true,
  rules: ['when command is hush must have ship:run'],
  handler() {
    trail.push('hush')
    return null
  },
})

export const account = (name: string, platform: 'slack' | 'discord' = 'slack') => {
  const person = PEOPLE.find((one) => one.name === name)
  if (!person) throw new Error(`nobody is called ${name}`)
  return { platform, workspace: platform === 'slack' ? SLACK_TEAM.id : DISCORD_GUILD.id, id: person[platform] }
}

/** The world with linus, who may ask, and grace, who may ask and approve; ada is the deployment's administrator. */
export async function approvalWorld(...more: Command[]): Promise<World> {
  const world = await worldWith(ship, launch, wipe, restart, drop, extract, hush, ...more)
  for (const line of [
    'user add grace @grace',
    'user add linus @linus',
    'group create askers',
    'role create asker',
    'permission grant ship:run asker',
    'role grant asker askers',
    'group add askers linus',
    'group add askers grace',
    'group create approvers',
    'role create approver',
    'permission grant ship:approve approver',
    'role grant approver approvers',
    'group add approvers grace',
  ])
    await world.hears('ada', `/pawl ${line}`)
  return world
}

export interface Kit {
  /** Says a line in #ops and gives the newest run of its command. */
  asks(person: string, line: string): Promise<{ readonly id: string; readonly told: string }>
  /** What somebody hears. */
  hears(person: string, line: string): Promise<string>
  row(run: string): Promise<Record<string, unknown>>
  approval(run: string): Promise<Record<string, unknown>>
  /** The run once it has ended. */
  end(run: string): Promise<Record<string, unknown>>
  /** Runs of a command's handler. */
  done(run: string): string[]
  /** Events about a run, of one code. */
  events(run: string, code: string): Promise<Record<string, unknown>[]>
  /** The texts of the messages in #ops that are there for all. */
  room(): string[]
  press(person: string, label: string): Promise<string>
}

export function kitOf(world: World): Kit {
  const one = async (sql: string, run: string) => {
    const found = await env.DB.prepare(sql).bind(run).first<Record<string, unknown>>()
    if (!found) throw new Error(`nothing is known of ${run}`)
    return found
  }
  const kit: Kit = {
    async asks(person, line) {
      const told = await world.hears(person, `/pawl ${line}`)
      const newest = await env.DB.prepare(
        "SELECT id FROM runs WHERE command IN ('ship', 'launch', 'wipe', 'restart', 'drop', 'hush') ORDER BY created_at DESC LIMIT 1",
      ).first<{ id: string }>()
      return { id: String(newest?.id), told }
    },
    hears: (person, line) => world.hears(person, `/pawl ${line}`),
    row: (run) => one('SELECT * FROM runs WHERE id = ?', run),
    approval: (run) => one('SELECT * FROM approvals WHERE run = ?', run),
    async end(run) {
      await vi.waitUntil(async () => (await kit.row(run)).ended_at !== null, { timeout: 5_000 })
      return await kit.row(run)
    },
    done: (run) => trail.filter((entry) => entry.endsWith(run)),
    async events(run, code) {
      const { results } = await env.DB.prepare(
        `SELECT ${FLAT_EVENT} FROM audit WHERE run = ? AND code = ? ORDER BY seq`,
      )
        .bind(run, code)
        .all<{ event: string }>()
      return results.map(({ event }) => JSON.parse(event))
    },
    room: () =>
      world.simulator.slack
        .user('eve')
        .in('#ops')
        .sees()
        .map(({ text }) => text),
    async press(person, label) {
      const exchange = await world.simulator.slack.user(person).in('#ops').press(label)
      return (await exchange.final()).text
    },
  }
  return kit
}
