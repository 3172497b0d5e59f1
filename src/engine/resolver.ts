/** What a variable stands for in a record. Pure. */
import { type Resolve, variableText } from '../command/bind-values.ts'
import { isRecord, type Json, type PawlRecord } from '../json.ts'
import type { Path } from '../language/tree.ts'

/** Looks variables up in a record; a missing key names the keys there are. */
export function resolverOf(record: PawlRecord): Resolve {
  return (path) => {
    let value: Json = record
    for (const [depth, key] of path.entries()) {
      const next = stepInto(value, key)
      if (next === undefined) return { ok: false, message: missingKey(path, depth, value) }
      value = next
    }
    return { ok: true, value }
  }
}

function stepInto(value: Json, key: string | number): Json | undefined {
  if (Array.isArray(value)) return typeof key === 'number' ? value[key < 0 ? value.length + key : key] : undefined
  if (!isRecord(value)) return undefined
  const name = String(key)
  return Object.hasOwn(value, name) ? value[name] : undefined
}

function missingKey(path: Path, depth: number, value: Json): string {
  const whole = variableText(path)
  if (Array.isArray(value)) return `${whole} has no value: the list there has ${value.length} items`
  if (!isRecord(value))
    return `${whole} has no value: ${JSON.stringify(path[depth])} asks for a key of something that is no record`
  const keys = Object.keys(value)
  return keys.length === 0
    ? `${whole} has no value: the record is empty`
    : `${whole} has no value; the keys are ${keys.join(', ')}`
}
