/** What an approval is bound to: whatever is not the same has another digest. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import type { Care } from '../command/care.ts'
import { defineCommand } from '../command/define.ts'
import { createRegistry } from '../command/registry.ts'
import type { RunnablePlan } from '../engine/plan.ts'
import { planInput } from '../engine/planner.ts'
import type { PawlRecord } from '../json.ts'
import { type Bound, digestOf } from './digest.ts'

const put = defineCommand({
  name: 'put',
  summary: 'Put something somewhere',
  options: {
    what: z.string().describe('What'),
    where: z.string().default('here').describe('Where'),
    many: z.array(z.string()).default([]).describe('More'),
  },
  effects: 'write',
  rules: ['when command is put allow'],
  handler: () => null,
})
const registry = createRegistry([{ file: 'test', command: put }])

function planOf(text: string, record: PawlRecord | null = null): RunnablePlan {
  const plan = planInput(registry, { kind: 'line', text, plain: true }, 'slack', record)
  if (!plan.ok) throw new Error(`${text} is no line`)
  return plan
}

const care: Care = {
  confirmation: null,
  approvals: [{ permission: 'put:approve', count: 2, expiresMs: 60_000, reason: false }],
}
const bound: Bound = {
  run: 'r_0123456789abcdef',
  plan: planOf('put a --why because'),
  actor: { platform: 'slack', workspace: 'T1', id: 'U1' },
  channel: 'C1',
  policy: '12/86228432',
  care,
  expiresAt: 1_795_296_088_829,
}
const [need] = care.approvals

describe('the digest', () => {
  it('is the same whenever it is worked out from the same, and 64 hex digits', async () => {
    expect(await digestOf({ ...bound, plan: planOf('put a --why because') })).toBe(await digestOf(bound))
    expect(await digestOf(bound)).toMatch(/^[0-9a-f]{64}$/)
  })

  it.each<[string, Partial<Bound>]>([
    ['the run', { run: 'r_0123456789abcdeg' }],
    ['an argument', { plan: planOf('put b --why because') }],
    ['a default that is no default any more', { plan: planOf('put a there --why because') }],
    ['one value or two', { plan: planOf('put a here x --why because') }],
    ['another stage', { plan: planOf('put a --why because | put c') }],
    ['a stage that waits for records', { plan: planOf('put a --why because | put $x') }],
    ['where the answer goes', { plan: planOf('put a --why because > me') }],
    ['the reason', { plan: planOf('put a --why other') }],
    ['no reason', { plan: planOf('put a') }],
    ['the message it is run on', { plan: planOf('put a --why because', { text: 'hello' }) }],
    ['who asked', { actor: { ...bound.actor, id: 'U2' } }],
    ['the workspace', { actor: { ...bound.actor, workspace: 'T2' } }],
    ['the platform', { actor: { ...bound.actor, platform: 'discord' } }],
    ['the room', { channel: 'C2' }],
    ['the policy', { policy: '13/86228432' }],
    ['how many', { care: { ...care, approvals: need ? [{ ...need, count: 1 }] : [] } }],
    ['which permission', { care: { ...care, approvals: need ? [{ ...need, permission: 'put:run' }] : [] } }],
    ['a confirmation', { care: { ...care, confirmation: { word: null } } }],
    ['until when', { expiresAt: bound.expiresAt + 1 }],
  ])('differs with %s', async (_, change) => {
    expect(await digestOf({ ...bound, ...change })).not.toBe(await digestOf(bound))
  })

  it('tells any two lists of arguments apart', async () => {
    const text = fc.string({ unit: 'binary', maxLength: 5 })
    const args = fc.record({ what: text, where: text, many: fc.array(text, { maxLength: 3 }) })
    const withArgs = (given: { what: string; where: string; many: string[] }): RunnablePlan => ({
      ...bound.plan,
      stages: [{ command: put, args: given, known: null, tokens: [] }],
    })
    await fc.assert(
      fc.asyncProperty(args, args, async (a, b) => {
        const [one, other] = await Promise.all([a, b].map((given) => digestOf({ ...bound, plan: withArgs(given) })))
        // A lone surrogate has no UTF-8: the digest is over what it becomes there.
        const same = JSON.stringify(a).toWellFormed() === JSON.stringify(b).toWellFormed()
        expect(one === other).toBe(same)
      }),
    )
  })
})
