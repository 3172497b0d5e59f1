/** How the room where a line was asked is used: practice, threads. Network: D1, only where a thread begins. */
import type { Invocation } from '../chat/invocation.ts'
import type { Database } from '../db/database.ts'
import { keepAddress } from '../db/runs.ts'
import { dryPlan, storesRecords } from '../engine/assemble.ts'
import type { Plan } from '../engine/plan.ts'
import { placeOf } from '../policy/ask.ts'
import type { Policy } from '../policy/decide.ts'
import { canFreeze } from '../policy/freeze.ts'
import { type RoomSettings, roomOf } from '../policy/site.ts'
import type { Services } from './services.ts'

/** The settings of the room where it was asked; null for one that has none. */
export function roomAsked(
  { site }: Pick<Policy, 'site'>,
  { actor, channel }: Pick<Invocation, 'actor' | 'channel'>,
): RoomSettings | null {
  return roomOf(site, placeOf(actor, channel))
}

/**
 * The plan as a room that practises takes it: a line of the site's own commands changes nothing, and `tee` keeps nothing. Pawl's other
 * commands are not practised:
 * who types `room set #training --no-practice` there means it.
 */
export function practised({ registry }: Pick<Services, 'registry'>, room: RoomSettings | null, plan: Plan): Plan {
  if (!room?.practice || !plan.ok || plan.dry) return plan
  // What a freeze stops is what changes the world outside.
  return plan.commands.some((command) => canFreeze(registry, command) || storesRecords(command)) ? dryPlan(plan) : plan
}

/** The invocation with its answer in a thread, where the room wants that and the platform can. Throws what D1 throws. */
export async function inThread<I extends Invocation>(
  { couriers }: Pick<Services, 'couriers'>,
  db: Database,
  run: string,
  room: RoomSettings | null,
  invocation: I,
): Promise<I> {
  const courier = room?.thread ? couriers.get(invocation.address.platform) : undefined
  const address = courier?.threaded(invocation.address) ?? invocation.address
  if (address === invocation.address) return invocation
  // Whoever brings the answer later finds it in the row, which was made before the room was known.
  await keepAddress(db, run, JSON.stringify(address)).run()
  return { ...invocation, address }
}
