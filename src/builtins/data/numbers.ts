/** The numbers of one field over a list of records, and their sum. Pure. */
import { CommandFailure } from '../../command/failure.ts'
import { valueAt } from '../../data/path.ts'
import { isMissing, kindOfValue, numberOf } from '../../data/value.ts'
import type { PawlRecord } from '../../json.ts'
import { lacks, pathOf } from './options.ts'

/**
 * The numbers of a field; records without it (or with null) are left out, a text that is a number counts.
 *
 * @throws CommandFailure where a value is no number, or where no record of a list has the field.
 */
export function numbersAt(records: readonly PawlRecord[], field: string): number[] {
  const path = pathOf(field)
  const numbers: number[] = []
  for (const [i, record] of records.entries()) {
    const value = valueAt(record, path)
    if (isMissing(value)) continue
    const number = numberOf(value)
    if (number === null)
      throw new CommandFailure(
        `${field} of record ${i + 1} is ${kindOfValue(value)}, not a number: name another field, or leave such records out with filter`,
      )
    numbers.push(number)
  }
  const [first] = records
  if (first && numbers.length === 0) throw lacks(first, field)
  return numbers
}

/** Neumaier's sum: keeps what plain addition drops, so that ten times 0.1 is 1. */
export function sumOf(numbers: readonly number[]): number {
  let sum = 0
  let lost = 0
  for (const number of numbers) {
    const next = sum + number
    lost += Math.abs(sum) >= Math.abs(number) ? sum - next + number : number - next + sum
    sum = next
  }
  return sum + lost
}
