/**
 * What the alias commands share: which aliases there are for whom, who may change them, and one batch for a change and its audit
 * event. Network: D1.
 */
import type { Alias, Whose } from '../alias/alias.ts'
import { aliasUsage, type CheckedAlias, checkAlias, type Surroundings } from '../alias/check.ts'
import { parametersOf } from '../alias/parameters.ts'
import { auditEvent } from '../audit/event.ts'
import { actorKey } from '../chat/invocation.ts'
import type { Context } from '../command/command.ts'
import { CommandFailure } from '../command/failure.ts'
import { nearest } from '../command/names.ts'
import {
  type AliasRow,
  type AliasUser,
  countAliases,
  expectAlias,
  isAliasConflict,
  isNameTaken,
  type StandingRow,
  selectAliases,
  selectNamesakes,
  selectStanding,
  selectUsers,
  selectVisible,
} from '../db/alias.ts'
import { appendAudit } from '../db/audit.ts'
import { parsePipeline } from '../language/parse.ts'
import { houseOf } from './house.ts'

/** More than anybody remembers; names are also taken from the site. */
const PERSONAL_MAX = 100
const SITE_MAX = 1_000

/** An alias as it is shown and piped on. */
export interface AliasRecord {
  readonly [field: string]: string
  readonly alias: string
  readonly whose: Whose
  /** How it is typed. */
  readonly usage: string
  readonly text: string
}

export function recordOf({ name, owner, text }: Alias): AliasRecord {
  return { alias: name, whose: owner === null ? 'site' : 'own', usage: aliasUsage(name, parametersIn(text)), text }
}

/** The parameters of a saved line; none of one that an older version saved and this one cannot read. */
export function parametersIn(text: string) {
  const parsed = parsePipeline(text)
  const found = parsed.ok ? parametersOf(parsed.pipeline) : null
  return found?.ok ? found.parameters : []
}

/** The owner column of one's own aliases, or of the site's. */
export function ownerOf(ctx: Context, whose: Whose): string | null {
  return whose === 'site' ? null : actorKey(ctx.actor)
}

/** Refuses who may not change what everybody sees under a name. */
export function mayShare(ctx: Context, permission: string, what: string): void {
  const { administrator, permissions } = houseOf(ctx).identity()
  if (administrator || permissions.includes(permission)) return
  throw new CommandFailure(`${what} needs the permission ${permission}; ask an administrator for it`)
}

/** The alias that the asker means by a name; his own or the site's, there is only one of a name. */
export async function findAlias(ctx: Context, name: string): Promise<AliasRow> {
  const { db } = houseOf(ctx)
  const { results } = await selectVisible(db, actorKey(ctx.actor), PERSONAL_MAX + SITE_MAX).all<AliasRow>()
  const found = results.find((alias) => alias.name === name)
  if (found) return found
  const near = nearest(
    name,
    results.map((alias) => alias.name),
  )
  throw new CommandFailure(`there is no alias ${name}: ${near === null ? 'see alias list' : `did you mean ${near}?`}`)
}

/** Everything a new line of this owner may stand on: commands, the site's aliases, and for a personal one one's own. */
export async function surroundingsOf(ctx: Context, owner: string | null, text: string): Promise<Surroundings> {
  const { db, registry, commands, mayRun } = houseOf(ctx)
  const names = wordsOf(text)
  const { results } = await selectAliases(db, owner, names).all<AliasRow>()
  const texts = new Map(results.map((alias) => [alias.name, alias.text]))
  const known = commands()
    .filter((command) => mayRun(command))
    .map(({ name }) => name)
  return { registry, mayRun, textOf: (name) => texts.get(name) ?? null, suggest: (name) => nearest(name, known) }
}

/** The first word of every stage: what may be an alias. */
function wordsOf(text: string): string[] {
  const parsed = parsePipeline(text, { platform: 'plain' })
  if (!parsed.ok) return []
  return parsed.pipeline.stages.flatMap(({ tokens: [head] }) =>
    head?.kind === 'word' && head.value.kind === 'text' ? [head.value.text] : [],
  )
}

/** A line that may be saved, and what it stands on. */
export type Savable = Extract<CheckedAlias, { ok: true }> & { readonly around: Surroundings }

/** The checked line of an alias to be saved for an owner. */
export async function checked(ctx: Context, name: string, text: string, owner: string | null): Promise<Savable> {
  const around = await surroundingsOf(ctx, owner, text)
  const check = checkAlias({ name, text }, around)
  if (!check.ok) throw new CommandFailure(`${name} was not saved: ${check.message}`)
  return { ...check, around }
}

/** Refuses a name that is taken, and one alias too many. `except` is the alias that makes room. */
export async function refuseTaken(ctx: Context, name: string, owner: string | null, except?: AliasRow): Promise<void> {
  const { db } = houseOf(ctx)
  const [namesakes, count] = await db.batch<AliasRow & { count: number }>([
    selectNamesakes(db, owner, name),
    countAliases(db, owner),
  ])
  const others = namesakes?.results.filter(({ id }) => id !== except?.id) ?? []
  const [other] = others
  if (other) throw new CommandFailure(takenBy(name, owner, other, others.length))
  const most = owner === null ? SITE_MAX : PERSONAL_MAX
  const room = except?.owner === owner ? 1 : 0
  if ((count?.results[0]?.count ?? 0) - room >= most)
    throw new CommandFailure(
      `${owner === null ? 'the site has' : 'you have'} ${most} aliases, which is the most: delete one first`,
    )
}

function takenBy(name: string, owner: string | null, other: AliasRow, count: number): string {
  if (other.owner === owner)
    return `there is an alias ${name} already: replace it with alias create --replace, or choose another name`
  if (other.owner === null) return `there is a site-wide alias ${name} already: choose another name`
  const people = count === 1 ? 'one person has' : `${count} people have`
  return `${people} a personal alias ${name}, and no alias hides another: choose another name`
}

/**
 * Refuses to take away what other aliases stand on, whoever owns them. `spared` still see it afterwards. Names are told of
 * those that the asker sees, of others their number.
 */
export async function refuseUsed(
  ctx: Context,
  alias: AliasRow,
  spared: (user: AliasUser) => boolean = () => false,
): Promise<void> {
  const { results } = await selectUsers(houseOf(ctx).db, alias.owner, alias.name).all<AliasUser>()
  const users = results.filter((user) => !spared(user))
  if (users.length === 0) return
  const one = users.length === 1
  throw new CommandFailure(
    `${alias.name} is used by ${listed(ctx, users)}: ${one ? 'it' : 'they'} must change or go first`,
  )
}

function listed(ctx: Context, users: readonly AliasUser[]): string {
  const own = actorKey(ctx.actor)
  const seen = users.filter(({ owner }) => owner === null || owner === own).map(({ name }) => name)
  const hidden = users.length - seen.length
  const others = hidden === 1 ? 'one personal alias of somebody else' : `${hidden} personal aliases of others`
  return [...seen, ...(hidden > 0 ? [others] : [])].join(', ')
}

/** Aliases that are written out again for one change; a site where more stand on one another has made a language of its own. */
const STANDING_MAX = 2_000

/** Refuses a new line for an alias with which others that stand on it, whoever owns them, could not be written out any more. */
export async function refuseBreaking(ctx: Context, was: AliasRow, text: string, around: Surroundings): Promise<void> {
  const { db, registry } = houseOf(ctx)
  const { results } = await selectStanding(db, was.owner, was.name, STANDING_MAX).all<StandingRow>()
  if (results.length === STANDING_MAX)
    throw new CommandFailure(`too many aliases stand on ${was.name} to check them all: save the line under a new name`)
  const byOwner = Map.groupBy(results, ({ owner }) => owner)
  const broken: AliasUser[] = []
  for (const [owner, rows] of byOwner) {
    const texts = new Map(rows.map((row) => [row.name, row.text]))
    const checks = (line: string) => {
      const textOf = (name: string) => (name === was.name ? line : (texts.get(name) ?? around.textOf(name)))
      return (row: StandingRow) => checkAlias(row, { registry, textOf, suggest: () => null, mayRun: () => true }).ok
    }
    const [before, after] = [checks(was.text), checks(text)]
    // One that was broken before, say by a command that is gone, is in nobody's way.
    for (const row of rows) if (row.stands === 1 && before(row) && !after(row)) broken.push({ name: row.name, owner })
  }
  if (broken.length === 0) return
  throw new CommandFailure(
    `${was.name} was not replaced: with this line ${listed(ctx, broken)} could not run any more; save it under a new name`,
  )
}

export interface AliasChange {
  /** What was there, null for a new one; the change is made only if it still is. */
  readonly was: AliasRow | null
  /** What will be there; null when it goes. */
  readonly will: Alias | null
  readonly statements: readonly D1PreparedStatement[]
}

/** Makes a change and records it, in one batch. */
export async function changeAlias(ctx: Context, { was, will, statements }: AliasChange): Promise<void> {
  const { db } = houseOf(ctx)
  const shown = will ?? was
  const event = auditEvent(ctx.now(), 'admin.changed', ctx.actor, {
    run: ctx.run,
    target: `alias:${shown?.owner === null ? 'site' : shown?.owner}:${shown?.name}`,
    before: was && [shownIn(was, will)],
    after: will && [shownIn(will, was)],
  })
  try {
    await db.batch([
      ...(was === null ? [] : [expectAlias(db, was)]),
      ...statements,
      appendAudit(db, { when: 'always' }, [event]),
    ])
  } catch (error) {
    if (isNameTaken(error)) throw new CommandFailure(`somebody has just taken the name ${shown?.name}: choose another`)
    if (isAliasConflict(error))
      throw new CommandFailure(`${was?.name} was changed at the same moment: look at it and try again`)
    throw error
  }
}

/** The line alone, or with name and owner where those change. */
function shownIn(alias: Alias, other: Alias | null): string {
  if (other === null || (alias.name === other.name && alias.owner === other.owner)) return alias.text
  return `${alias.owner ?? 'site'}:${alias.name} = ${alias.text}`
}
