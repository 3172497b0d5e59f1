/** Who holds a permission, for those who lack it. Network: D1, one trip. */
import type { Context } from '../../command/command.ts'
import { adminsIn } from '../../config.ts'
import { selectHolders } from '../../db/subject.ts'
import { ADMIN } from '../../policy/house-permissions.ts'
import { houseOf } from '../house.ts'

/** More names would be noise. */
const NAMES_SHOWN = 5

export interface Holders {
  /** One sentence for each permission. */
  readonly holders: readonly string[]
  /** Users who can grant them. */
  readonly grantors: readonly string[]
  /** The same as accounts in this workspace: the administrators of the deployment. */
  readonly administrators: readonly string[]
}

export async function holdersOf(ctx: Context, permissions: readonly string[]): Promise<Holders> {
  if (permissions.length === 0) return { holders: [], grantors: [], administrators: [] }
  const { db, admins } = houseOf(ctx)
  const asked = [...permissions, ADMIN]
  const answers = await db.batch<{ name: string }>(
    asked.map((permission) => selectHolders(db, permission, ctx.now(), NAMES_SHOWN + 1)),
  )
  const names = answers.map(({ results }) => results.map(({ name }) => name))
  const grantors = (names.at(-1) ?? []).slice(0, NAMES_SHOWN)
  return {
    holders: permissions.map((permission, i) => sentence(permission, names[i] ?? [])),
    grantors,
    administrators: adminsIn(admins, ctx.actor),
  }
}

function sentence(permission: string, names: readonly string[]): string {
  if (names.length === 0) return `${permission} is held by nobody yet.`
  const shown = names.slice(0, NAMES_SHOWN).join(', ')
  return `${permission} is held by ${shown}${names.length > NAMES_SHOWN ? ' and others' : ''}.`
}
