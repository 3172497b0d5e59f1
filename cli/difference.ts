/** What a registration would change, compared by meaning and not by how Discord fills in what we left out. Pure. */

export interface Difference {
  readonly added: readonly string[]
  readonly changed: readonly string[]
  readonly removed: readonly string[]
  readonly same: number
}

type Named = { readonly name: string; readonly type?: number | undefined }

/** Fields that Discord adds, and those that say nothing when they are left at their default. */
const SERVER_FIELDS = new Set([
  'id',
  'application_id',
  'guild_id',
  'version',
  'dm_permission',
  'default_permission',
  'nsfw',
  'handler',
])

/** Compares what is registered with what should be, command by command. */
export function difference(before: readonly Named[], after: readonly Named[]): Difference {
  const old = new Map(before.map((command) => [keyOf(command), command]))
  const wanted = new Map(after.map((command) => [keyOf(command), command]))
  const both = [...wanted].flatMap(([key, command]) => {
    const known = old.get(key)
    return known ? [{ key, same: canonical(known, command) === canonical(command, command) }] : []
  })
  return {
    added: [...wanted.keys()].filter((key) => !old.has(key)),
    changed: both.filter(({ same }) => !same).map(({ key }) => key),
    removed: [...old.keys()].filter((key) => !wanted.has(key)),
    same: both.filter(({ same }) => same).length,
  }
}

/** `/deploy`; a command on a message or a person says what it is. */
function keyOf({ name, type }: Named): string {
  return type === undefined || type === 1
    ? `/${name}`
    : `${name} (${type === 2 ? 'user' : type === 3 ? 'message' : 'other'} command)`
}

/**
 * One text for one meaning. At the top only the fields that `wanted` names are compared: what Pawl leaves out (`contexts` of a
 * guild's command), Discord fills in.
 */
function canonical(command: object, wanted: object): string {
  const own = Object.entries(command).filter(([field]) => Object.hasOwn(wanted, field))
  return JSON.stringify(plainForm(Object.fromEntries(own)))
}

function plainForm(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plainForm)
  if (typeof value !== 'object' || value === null) return value
  const fields = Object.entries(value)
    .filter(([field, inner]) => !SERVER_FIELDS.has(field) && !saysNothing(inner))
    .map(([field, inner]) => [field, plainForm(inner)] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(fields)
}

function saysNothing(value: unknown): boolean {
  return value === null || value === undefined || value === false || (Array.isArray(value) && value.length === 0)
}
