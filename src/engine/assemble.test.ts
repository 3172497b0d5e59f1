import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { defineCommand } from '../command/define.ts'
import { createRegistry } from '../command/registry.ts'
import { planInput } from './planner.ts'

const build = defineCommand({
  name: 'build',
  summary: 'Build once for all who ask',
  options: {
    app: z.string().describe('What'),
    how: z.literal(['join', 'reject']).default('join').describe('How'),
  },
  effects: 'write',
  run: 'job',
  singleton: ({ app, how }) => ({ key: `build:${app}`, whenBusy: how }),
  rules: ['when command is build allow'],
  handler: () => null,
})
const registry = createRegistry([{ file: 'test', command: build }])

/** How a line meets its locks. */
function meets(text: string) {
  const plan = planInput(registry, { kind: 'line', text }, 'plain')
  if (!plan.ok) throw new Error(`refused: ${plan.code}`)
  return plan.singletons
}

describe('a command that joins', () => {
  it('joins where it is the whole line', () => {
    expect(meets('build web')).toEqual([{ key: 'build:web', whenBusy: 'join' }])
  })

  it.each(['build web > me', 'build web *> here #ops'])(
    'waits its turn where the answer goes elsewhere: %s',
    (line) => {
      expect(meets(line)).toEqual([{ key: 'build:web', whenBusy: 'queue' }])
    },
  )

  it('waits its turn within a longer line', () => {
    expect(meets('build web | build api')).toEqual([
      { key: 'build:api', whenBusy: 'queue' },
      { key: 'build:web', whenBusy: 'queue' },
    ])
  })

  it('does not wait beside a stage that will not wait for the same lock', () => {
    expect(meets('build web | build web reject')).toEqual([{ key: 'build:web', whenBusy: 'reject' }])
  })
})
