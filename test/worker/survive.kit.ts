/** For the tests of jobs that survive: a clock that is set forward, wake-ups that are held back, and what a run has kept. */
import { env } from 'cloudflare:test'
import { vi } from 'vitest'
import type { Command } from '#pawl'
import { houseEntries, loadRegistry } from '../../src/command/house-registry.ts'
import { createRegistry } from '../../src/command/registry.ts'
import { FLAT_EVENT } from '../../src/db/audit.ts'
import type { Wake } from '../../src/runs/wake.ts'
import { workRun } from '../../src/runs/work.ts'
import { servicesOf } from '../../src/services.ts'
import { openWorld, type World } from './world.ts'

export interface HeldWake {
  readonly wake: Wake
  readonly delaySeconds: number
}

/** The world with commands of a test beside the built-in ones. */
export async function worldWith(...commands: Command[]): Promise<World> {
  Object.assign(
    loadRegistry(),
    createRegistry(houseEntries(commands.map((command) => ({ file: `test ${command.name}`, command })))),
  )
  return await openWorld()
}

/** Wake-ups are collected instead of sent: no consumer starts unless the test starts it. */
export function holdBack(): HeldWake[] {
  const wakes: HeldWake[] = []
  vi.spyOn(env.JOBS, 'send').mockImplementation(async (wake, options) => {
    wakes.push({ wake: wake as Wake, delaySeconds: options?.delaySeconds ?? 0 })
    return { metadata: { metrics: { backlogCount: 0, backlogBytes: 0 } } }
  })
  return wakes
}

const realNow = Date.now.bind(Date)
let offset = 0

/** Sets the clock of the whole worker forward; it goes on from there. Timers keep their real length. */
export function forward(ms: number): void {
  offset += ms
  vi.spyOn(Date, 'now').mockImplementation(() => realNow() + offset)
}

export const work = (run: unknown) => workRun(servicesOf(env), String(run))

export interface KeptStep {
  readonly stage: number
  readonly call: number
  readonly name: string
  readonly state: string
  readonly value: string | null
  readonly attempt: number
}

export async function stepsOf(run: unknown): Promise<KeptStep[]> {
  const { results } = await env.DB.prepare(
    'SELECT stage, call, name, state, value, attempt FROM run_steps WHERE run = ? ORDER BY stage, call, name',
  )
    .bind(run)
    .all<KeptStep>()
  return results
}

export async function logOf(run: unknown): Promise<string[]> {
  const { results } = await env.DB.prepare('SELECT text FROM run_log WHERE run = ? ORDER BY seq')
    .bind(run)
    .all<{ text: string }>()
  return results.map(({ text }) => text)
}

/** The events of a code, as recorded. */
export async function eventsOf(run: unknown, code: string): Promise<Record<string, unknown>[]> {
  const { results } = await env.DB.prepare(`SELECT ${FLAT_EVENT} FROM audit WHERE run = ? AND code = ? ORDER BY seq`)
    .bind(run, code)
    .all<{ event: string }>()
  return results.map(({ event }) => JSON.parse(event))
}
