/** The room that `room set` and `room show` are about. Network: the platform. */
import type { Context } from '../../command/command.ts'
import { CommandFailure } from '../../command/failure.ts'
import type { RoomSettings } from '../../policy/site.ts'
import { houseOf } from '../house.ts'

export interface RoomTyped extends RoomSettings {
  /** People of other workspaces read there, too. */
  readonly shared: boolean
}

/**
 * The room of the asker's workspace that was typed as `#ops` or picked, with the settings that hold unless others are made.
 *
 * @param named what names stand for in rules: a look-alike of one of those has to be picked
 */
export async function roomTyped(ctx: Context, typed: string, named: ReadonlyMap<string, string>): Promise<RoomTyped> {
  const { platform, workspace } = ctx.actor
  const name = `#${typed.replace(/^#/, '')}`
  const found = await houseOf(ctx).room(name.slice(1))
  if (!found.ok) throw new CommandFailure(found.message)
  const meant = named.get(name)
  if (meant?.startsWith(`${platform}:`) && meant !== found.ref)
    throw new CommandFailure(
      `in the rules ${name} is ${meant}, and there is another room of that name: type # and pick the room from the list`,
    )
  return {
    ref: found.ref,
    workspace,
    name: found.name,
    practice: false,
    thread: false,
    answersOf: [],
    shared: found.shared === true,
  }
}
