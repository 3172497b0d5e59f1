/** What cron uses each minute: with nothing to do, and with lines to seal. Asks the house that it is given. */
import type { Used } from '../../cli/cost/measured.ts'
import type { BenchHouse } from './house.ts'
import { sealedBytes, writeLines } from './seal.ts'
import { beyond, usedBetween } from './used.ts'

/** Minutes of each sort. */
const MINUTES = 20
/** Lines in a busy minute: enough to fill a tile of the log's tree. */
const MANY = 256

export interface MinuteUse {
  readonly minute: Used
  /** Beyond that: for the first line that is sealed in a minute, and for each further one. */
  readonly sealing: Used
  readonly line: Used
}

/** Measures them; whatever commands have left must have come to an end. */
export async function measureMinutes(house: BenchHouse): Promise<MinuteUse> {
  await house.seal()
  const minute = await minutesWith(house, 0)
  const one = await minutesWith(house, 1)
  const many = await minutesWith(house, MANY)
  return { minute, sealing: beyond(one, minute), line: beyond(many, one, MANY - 1) }
}

async function minutesWith(house: BenchHouse, lines: number): Promise<Used> {
  // The first looks at what is looked at once an hour.
  await house.minute()
  const before = { tallies: await house.tallies(), bytes: await sealedBytes(house) }
  for (let i = 0; i < MINUTES; i++) {
    await writeLines(house, lines)
    await house.minute()
  }
  const bytes = (await sealedBytes(house)) - before.bytes
  return usedBetween(before.tallies, await house.tallies(), MINUTES, bytes)
}
