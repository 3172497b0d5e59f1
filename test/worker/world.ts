/**
 * The whole product inside workerd: the real worker over real D1, Queues and Durable Objects, with the simulator as the world
 * outside. Requests come signed through the real routes; what the worker fetches goes to the simulator.
 */
import { env } from 'cloudflare:test'
import { exports } from 'cloudflare:workers'
import { vi } from 'vitest'
import { createSimulator, type Exchange, type Simulator } from '../../simulator/index.ts'
import { discordRegistration } from '../../src/command/discord.ts'
import { loadRegistry } from '../../src/command/house-registry.ts'
import { SIMULATOR, TEST_SECRETS } from '../secrets.ts'

export const DOOR = 'https://pawl.test'

export interface World {
  readonly simulator: Simulator
  readonly db: D1Database
  /** A line said on Slack in #ops. */
  says(person: string, line: string): Promise<Exchange>
  /** Says a line and waits for its final answer's text. */
  hears(person: string, line: string): Promise<string>
  /** The newest run of a command, as stored. */
  newestRun(command: string): Promise<Record<string, unknown>>
  /** The audit codes of a run, in order. */
  auditOf(run: string): Promise<string[]>
}

/** Opens the world; the spy on fetch lasts for the test file. */
export async function openWorld(): Promise<World> {
  const simulator = createSimulator({
    door: (request) => exports.default.fetch(request),
    doorUrl: DOOR,
    origin: SIMULATOR,
    secrets: TEST_SECRETS,
    now: () => Date.now(),
  })
  vi.spyOn(globalThis, 'fetch').mockImplementation((input, init) =>
    simulator.fetch(new Request(input as Request, init)),
  )
  const registered = await simulator.fetch(
    new Request(`${SIMULATOR}/discord/api/v10/applications/${TEST_SECRETS.discordApplicationId}/commands`, {
      method: 'PUT',
      headers: {
        authorization: `Bot ${TEST_SECRETS.discordBotToken}`,
        'content-type': 'application/json',
        'user-agent': 'DiscordBot (https://github.com/pawl/pawl, test)',
      },
      body: JSON.stringify(discordRegistration(loadRegistry().all()).commands),
    }),
  )
  if (!registered.ok) throw new Error(`commands not registered: ${await registered.text()}`)
  const db = env.DB
  const says = (person: string, line: string) => simulator.slack.user(person).in('#ops').says(line)
  return {
    simulator,
    db,
    says,
    async hears(person, line) {
      return (await (await says(person, line)).final()).text
    },
    async newestRun(command) {
      const row = await db
        .prepare('SELECT * FROM runs WHERE command = ? ORDER BY created_at DESC LIMIT 1')
        .bind(command)
        .first<Record<string, unknown>>()
      if (!row) throw new Error(`there is no run of ${command}`)
      return row
    },
    async auditOf(run) {
      const { results } = await db
        .prepare('SELECT code FROM audit WHERE run = ? ORDER BY seq')
        .bind(run)
        .all<{ code: string }>()
      return results.map(({ code }) => code)
    },
  }
}
