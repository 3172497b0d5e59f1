/** A run as whoever asks may see it. Network: D1. */
import type { Context } from '../command/command.ts'
import { CommandFailure } from '../command/failure.ts'
import { type SeenRunRow, selectSeenRun } from '../db/runs.ts'
import { isOwn, maySeeOthers, wasToldHere } from '../runs/visibility.ts'
import { houseOf } from './house.ts'

export interface SeenRun {
  readonly row: SeenRunRow
  /** Whether what it gave may be shown, beside what became of it. */
  readonly open: boolean
}

/** True for who may see that others' runs are there. */
export function seesOthers(ctx: Context): boolean {
  return maySeeOthers(houseOf(ctx).subject)
}

/**
 * One's own run, or any with run:read.
 *
 * @throws CommandFailure in the same words for a run that is not there
 */
export async function seenRun(ctx: Context, id: string): Promise<SeenRun> {
  const row = await selectSeenRun(houseOf(ctx).db, id).first<SeenRunRow>()
  const own = row !== null && isOwn(ctx.actor, row)
  if (!row || !(own || seesOthers(ctx)))
    throw new CommandFailure(`there is no run ${id} that you may see: others' runs need the permission run:read`)
  return { row, open: own || wasToldHere(ctx, row) }
}
