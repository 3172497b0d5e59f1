/** What is shown of a line before somebody says yes to it. */
import { env } from 'cloudflare:test'
import { beforeAll, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { defineCommand, wait } from '#pawl'
import { loadRegistry } from '../../src/command/house-registry.ts'
import { openDatabase } from '../../src/db/database.ts'
import type { RunnablePlan } from '../../src/engine/plan.ts'
import { planInput } from '../../src/engine/planner.ts'
import { compilePolicy } from '../../src/policy/decide.ts'
import { dryRunOf } from '../../src/runs/preview.ts'
import { servicesOf } from '../../src/services.ts'
import { worldWith } from './survive.kit.ts'

const trail: string[] = []

const paint = defineCommand({
  name: 'paint',
  summary: 'Paint a wall',
  options: { wall: z.string().describe('Which wall'), slow: z.boolean().default(false).describe('Slowly') },
  effects: 'write',
  run: 'job',
  confirm: true,
  rules: ['when command is paint allow'],
  handler: ({ wall }) => void trail.push(wall),
  async dryRun({ wall, slow }) {
    // Whether or not it looks at its signal.
    if (slow) await wait(5_000, new AbortController().signal)
    if (wall === 'moon') throw new Error('broken')
    return { would_paint: wall }
  },
})

const scratch = defineCommand({
  name: 'scratch',
  summary: 'Scratch a wall',
  options: { wall: z.string().describe('Which wall') },
  effects: 'write',
  rules: ['when command is scratch allow'],
  handler: ({ wall }) => void trail.push(wall),
})

beforeAll(async () => {
  await worldWith(paint, scratch)
})

async function preview(text: string) {
  const services = servicesOf(env)
  const plan = planInput(loadRegistry(), { kind: 'line', text }, 'slack')
  if (!plan.ok) throw new Error(plan.code)
  const facts = {
    run: 'r_0123456789abcdef',
    actor: { platform: 'slack', workspace: 'T1', id: 'U1' },
    channel: { id: 'C1', kind: 'channel' as const },
    redirects: [],
    policy: compilePolicy('1', [{ command: 'paint', text: 'when command is paint allow' }]),
    subject: { user: null, administrator: true, groups: [], permissions: new Set<string>() },
    db: openDatabase(env.DB),
  }
  const started = Date.now()
  const blocks = await dryRunOf(services, facts, plan satisfies RunnablePlan)
  return { text: blocks === null ? null : JSON.stringify(blocks), took: Date.now() - started }
}

describe('a preview', () => {
  it('is what the dry run of the line gives, and changes nothing', async () => {
    const { text } = await preview('paint north')
    expect(text).toContain('would_paint')
    expect(text).toContain('nothing was changed')
    expect(trail).toEqual([])
  })

  it('leaves out where the answer would go', async () => {
    expect((await preview('paint north > #general')).text).toContain('would_paint')
  })

  it('is none where a command cannot say what it would do, or breaks', async () => {
    expect((await preview('paint north | scratch b')).text).toBe(null)
    expect((await preview('paint moon')).text).toBe(null)
  })

  it('is none that comes too late, and the question does not wait for it', async () => {
    const { text, took } = await preview('paint north --slow')
    expect(text).toBe(null)
    expect(took).toBeLessThan(1_800)
  })

  it('keeps nothing', async () => {
    const { results } = await env.DB.prepare("SELECT seq FROM audit WHERE run = 'r_0123456789abcdef'").all()
    expect(results).toEqual([])
    expect(trail).toEqual([])
  })
})
