/** Lines in Pawl's own engine with Pawl's own commands, without D1, policy or chat. Pure but for the commands' clock, which stands. */
import type { Context } from '../../src/command/command.ts'
import { loadRegistry } from '../../src/command/house-registry.ts'
import { runPipeline } from '../../src/engine/pipeline.ts'
import { planInput } from '../../src/engine/planner.ts'
import type { PawlRecord } from '../../src/json.ts'

/** Gives what a line makes of a JSON text, as a JSON text: reading and writing JSON is part of it, as it is of jq. */
export type Run = (text: string) => Promise<string>

/** @throws when the line cannot be planned */
export function engineOf(line: readonly string[]): Run {
  const registry = loadRegistry()
  const plan = planInput(registry, { kind: 'line', text: line.join(' | ') }, 'plain')
  if (!plan.ok) throw new Error(JSON.stringify(plan.explain(registry.all())))
  const { signal } = new AbortController()
  const context = { record: {}, records: [], signal, now: () => 0 } as unknown as Context
  return async function run(text) {
    const outcome = await runPipeline({
      stages: plan.stages,
      record: JSON.parse(text) as PawlRecord,
      signal,
      contextOf: () => context,
      authorise: async () => null,
      report: () => {},
    })
    if (outcome.state !== 'succeeded') throw new Error(JSON.stringify(outcome))
    return JSON.stringify(outcome.records)
  }
}
