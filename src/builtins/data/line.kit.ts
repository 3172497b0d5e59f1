/**
 * For tests only: a line of data commands through the real parser, lookup and binding, stage by stage in memory. No
 * policy, no limits, no run: those are the engine's, with tests of their own.
 */
import { bindStage } from '../../command/bind.ts'
import { type Resolve, variableText } from '../../command/bind-values.ts'
import type { Context } from '../../command/command.ts'
import { lookup } from '../../command/lookup.ts'
import { createRegistry } from '../../command/registry.ts'
import { valueAt } from '../../data/path.ts'
import { recordsOf } from '../../engine/records.ts'
import type { PawlRecord } from '../../json.ts'
import { parsePipeline } from '../../language/parse.ts'
import type { Stage } from '../../language/tree.ts'
import { dataCommands } from './index.ts'

const registry = createRegistry(dataCommands.map((command) => ({ file: 'data', command })))

/** Noon of the first of May 2026, a Friday. */
export const NOW = Date.UTC(2026, 4, 1, 12)

/**
 * The records that the last stage gives.
 *
 * @throws Error with what a person would be told.
 */
export async function run(line: string): Promise<readonly PawlRecord[]> {
  const parsed = parsePipeline(line)
  if (!parsed.ok) throw new Error(parsed.error.message)
  let records: readonly PawlRecord[] | null = null
  for (const stage of parsed.pipeline.stages) records = await runStage(stage, records)
  return records ?? []
}

async function runStage(stage: Stage, before: readonly PawlRecord[] | null): Promise<readonly PawlRecord[]> {
  const found = lookup(registry, stage)
  if (!found.ok) throw new Error(`no data command in ${JSON.stringify(found.typed)}`)
  const { command, tokens } = found
  const call = async (record: PawlRecord, records: readonly PawlRecord[]) => {
    const bound = bindStage(command, tokens, resolverOf(record))
    if (!bound.ok) throw new Error(bound.problems.map(({ message }) => message).join('; '))
    const ctx: Partial<Context> = { record, records, now: () => NOW }
    const given = recordsOf(await command.handler(bound.args, ctx as Context))
    if (!given.ok) throw new Error(given.message)
    return given.records
  }
  if (command.input === 'all') return call({}, before ?? [])
  const records: PawlRecord[] = []
  for (const record of before ?? [{}]) records.push(...(await call(record, before ?? [])))
  return records
}

function resolverOf(record: PawlRecord): Resolve {
  return (path) => {
    const value = valueAt(record, path)
    return value === undefined
      ? { ok: false, message: `${variableText(path)} is not in the record` }
      : { ok: true, value }
  }
}

/** What a person is told when a line fails; fails itself when the line does not. */
export async function failureOf(line: string): Promise<string> {
  try {
    await run(line)
  } catch (error) {
    if (error instanceof Error) return error.message
  }
  throw new Error(`${line} did not fail`)
}
