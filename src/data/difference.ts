/** The difference of two lists of records. Pure; linear in their length. */
import type { Json, PawlRecord } from '../json.ts'
import { type FieldPath, valueAt } from './path.ts'
import { identityOf, isMissing } from './value.ts'

/** `before` and `after` of what changed hold only the fields that differ. */
export type Difference = {
  change: 'added' | 'removed' | 'changed'
  key: Json
  before: PawlRecord | null
  after: PawlRecord | null
}

export type Differences =
  | { readonly ok: true; readonly differences: Difference[] }
  | {
      readonly ok: false
      readonly list: 'before' | 'after'
      readonly problem: 'missing' | 'twice'
      readonly at: number
    }

/**
 * What was removed and changed, in the order of the old list, then what was added, in the order of the new one.
 *
 * @param by the field that says which record is which; null compares whole records, each as often as it stands there
 */
export function differences(
  before: readonly PawlRecord[],
  after: readonly PawlRecord[],
  by: FieldPath | null,
): Differences {
  return by === null ? { ok: true, differences: ofWholes(before, after) } : ofKeyed(before, after, by)
}

function ofWholes(before: readonly PawlRecord[], after: readonly PawlRecord[]): Difference[] {
  const left = new Map<string, number>()
  for (const record of after) add(left, identityOf(record), 1)
  const found: Difference[] = []
  for (const record of before) {
    const identity = identityOf(record)
    if ((left.get(identity) ?? 0) > 0) add(left, identity, -1)
    else found.push({ change: 'removed', key: null, before: record, after: null })
  }
  // What is still owed is what the old list lacks; its last occurrences are the new ones.
  const added: Difference[] = []
  for (const record of after.toReversed()) {
    const identity = identityOf(record)
    if ((left.get(identity) ?? 0) === 0) continue
    add(left, identity, -1)
    added.push({ change: 'added', key: null, before: null, after: record })
  }
  return [...found, ...added.reverse()]
}

function add(counts: Map<string, number>, identity: string, by: number): void {
  counts.set(identity, (counts.get(identity) ?? 0) + by)
}

type Keyed = ReadonlyMap<string, { readonly key: Json; readonly record: PawlRecord }>

function ofKeyed(before: readonly PawlRecord[], after: readonly PawlRecord[], by: FieldPath): Differences {
  const old = keyed(before, by)
  if ('problem' in old) return { ok: false, list: 'before', ...old }
  const fresh = keyed(after, by)
  if ('problem' in fresh) return { ok: false, list: 'after', ...fresh }
  const found: Difference[] = []
  for (const [identity, { key, record }] of old) {
    const now = fresh.get(identity)
    if (!now) found.push({ change: 'removed', key, before: record, after: null })
    else if (identityOf(record) !== identityOf(now.record))
      found.push({ change: 'changed', key, ...changedFields(record, now.record) })
  }
  for (const [identity, { key, record }] of fresh)
    if (!old.has(identity)) found.push({ change: 'added', key, before: null, after: record })
  return { ok: true, differences: found }
}

function keyed(
  records: readonly PawlRecord[],
  by: FieldPath,
): Keyed | { readonly problem: 'missing' | 'twice'; readonly at: number } {
  const byKey = new Map<string, { key: Json; record: PawlRecord }>()
  for (const [at, record] of records.entries()) {
    const key = valueAt(record, by)
    if (isMissing(key)) return { problem: 'missing', at }
    const identity = identityOf(key)
    if (byKey.has(identity)) return { problem: 'twice', at }
    byKey.set(identity, { key, record })
  }
  return byKey
}

function changedFields(before: PawlRecord, after: PawlRecord): { before: PawlRecord; after: PawlRecord } {
  const differs = (key: string, other: PawlRecord, own: PawlRecord) =>
    !Object.hasOwn(other, key) || identityOf(own[key]) !== identityOf(other[key])
  const part = (own: PawlRecord, other: PawlRecord) =>
    Object.fromEntries(Object.entries(own).filter(([key]) => differs(key, other, own)))
  return { before: part(before, after), after: part(after, before) }
}
