import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { defineCommand } from '../command/define.ts'
import { createRegistry } from '../command/registry.ts'
import type { Json } from '../json.ts'
import { planInput } from './planner.ts'

const close = defineCommand({
  name: 'close',
  summary: 'Close a case',
  options: {
    run: z.string().describe('Which'),
    quick: z.boolean().default(false).describe('At once'),
    loud: z.boolean().default(true).describe('Tell all'),
    note: z.array(z.string()).default([]).describe('What you found'),
  },
  effects: 'write',
  rules: ['when command is close allow'],
  handler: () => null,
})
const registry = createRegistry([{ file: 'test', command: close }])

function plannedFrom(options: { readonly [name: string]: Json }) {
  const plan = planInput(registry, { kind: 'command', path: ['close'], options: Object.entries(options) }, 'discord')
  if (!plan.ok) throw new Error(`refused: ${plan.code}`)
  return plan
}

describe('the line of what a platform has typed', () => {
  it.each([
    [{ run: 'r1', note: 'all is well,  again' }, 'close --run=r1 all is well, again'],
    [{ run: 'r1', note: ['a pipe |', '--quick', "it's"] }, `close --run=r1 'a pipe |' '--quick' "it's"`],
    [{ run: 'r 1', quick: false, loud: true }, "close --run='r 1'"],
    [{ run: 'r1', quick: true, loud: false, note: ['x'] }, 'close --run=r1 --quick --no-loud x'],
  ])('of %j is as somebody would type it: %s', (options, line) => {
    const plan = plannedFrom(options)
    expect(plan.line).toBe(line)
    const typed = planInput(registry, { kind: 'line', text: line }, 'plain')
    expect(typed.ok && typed.stages[0].args).toEqual(plan.stages[0].args)
  })

  it('names what is listed where another word could be taken for it', () => {
    const plan = planInput(
      registry,
      { kind: 'command', path: ['close'], options: [['note', ['all', 'well']]] },
      'discord',
    )
    expect(plan.line).toBe('close --note=all --note=well')
  })
})
