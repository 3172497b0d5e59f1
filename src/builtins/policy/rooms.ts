/** What a room is called in the policy: by the name that it has there, or by a new one. Network: the platform. */
import type { Context } from '../../command/command.ts'
import { CommandFailure } from '../../command/failure.ts'
import type { PolicyChange } from '../../policy/document/model.ts'
import { houseOf } from '../house.ts'

type NewRoom = PolicyChange & { readonly kind: 'room.set' }

export interface NamedRoom {
  /** `#ops`; a room whose names are all taken stands by its ref, `slack:C123`. */
  readonly name: string
  /** What gives it that name; null when it has one. */
  readonly change: NewRoom | null
}

/**
 * The room that was typed as `#ops`, or picked (`#C0OPS00001`). A name that the policy knows stands for the room that it has stood
 * for since: a look-alike has to be picked from the platform's list.
 */
export async function findRoom(ctx: Context, typed: string, rooms: ReadonlyMap<string, string>): Promise<NamedRoom> {
  if (rooms.has(typed)) return { name: typed, change: null }
  const found = await houseOf(ctx).room(typed.slice(1))
  if (!found.ok) throw new CommandFailure(found.message)
  const { ref } = found
  const known = [...rooms].find(([, its]) => its === ref)
  if (known) return { name: known[0], change: null }
  // Both platforms have their #ops: the second one to come is called #ops:discord.
  const name = [found.name, `${found.name}:${ctx.actor.platform}`].find((one) => !rooms.has(one))
  return name === undefined ? { name: ref, change: null } : { name, change: { kind: 'room.set', name, ref } }
}
