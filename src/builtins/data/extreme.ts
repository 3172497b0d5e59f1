/** The record at one end of the order, for `min` and `max`. Pure. */
import { valueAt } from '../../data/path.ts'
import { compareValues, isMissing } from '../../data/value.ts'
import type { PawlRecord } from '../../json.ts'
import { lacks, pathOf } from './options.ts'

/**
 * The first record whose value at the field (or which itself, without a field) is the least or the greatest; records
 * without the field are left out. Of an empty list, no record.
 *
 * @throws CommandFailure where no record of a list has the field.
 */
export function extremeOf(records: readonly PawlRecord[], field: string | undefined, which: 'least' | 'greatest') {
  const path = field === undefined ? [] : pathOf(field)
  const sign = which === 'least' ? 1 : -1
  let best: PawlRecord | null = null
  let bestValue: ReturnType<typeof valueAt>
  for (const record of records) {
    const value = valueAt(record, path)
    if (isMissing(value) || (best !== null && sign * compareValues(value, bestValue) >= 0)) continue
    best = record
    bestValue = value
  }
  const [first] = records
  if (best === null && first && field !== undefined) throw lacks(first, field)
  return best
}
