/** What `tee` and `cat` share: names and owners of kept records. Pure but for the house of the context. */
import * as z from 'zod'
import { actorKey } from '../chat/invocation.ts'
import type { Context } from '../command/command.ts'

/** A D1 row holds 2 MB; what is kept is for a look and a comparison, not an archive. */
export const KEPT_MAX_BYTES = 65_536

/** Names of one person, and names that are shared. */
export const KEPT_MAX_NAMES = 50

/** What nobody has written again for this long is forgotten. */
export const KEPT_DAYS = 30

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/

export const keptName = () =>
  z.string().regex(NAME, 'use 1 to 40 letters, digits, dots, dashes and underscores, starting with a letter or digit')

/** The owner column: the asker, or null for what is shared. */
export function keptOwner(ctx: Context, shared: boolean): string | null {
  return shared ? null : actorKey(ctx.actor)
}
