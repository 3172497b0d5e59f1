/**
 * What the commands of policy administration share: find things by name, change links, record before and after. Network: D1.
 *
 * A change, its audit event and the check that nobody changed the policy in between are one batch: the "before" that the log
 * shows is what was really there.
 */
import { auditEvent } from '../audit/event.ts'
import type { Actor } from '../chat/invocation.ts'
import type { Context } from '../command/command.ts'
import { CommandFailure } from '../command/failure.ts'
import { nearest } from '../command/names.ts'
import { appendAudit } from '../db/audit.ts'
import {
  deleteLink,
  expectVersion,
  insertLink,
  insertNamed,
  isVersionConflict,
  type Link,
  selectLinked,
  selectNamed,
  selectUserByIdentity,
  selectUserByName,
  selectVersion,
} from '../db/policy.ts'
import { houseOf } from './house.ts'

/** The permission that every one of these commands needs. */
export const ADMIN_PERMISSION = 'pawl:admin'

/** Permissions that a built-in command asks for beside its rules. */
const ASKED_BY_BUILTINS = ['alias:site', 'redirect:post', 'run:cancel', 'run:read', 'tee:shared']

/** Names of users, groups and roles: what can be typed without quotes. */
export const NAME = /^[a-z0-9][a-z0-9._-]{0,39}$/

export const NAME_ADVICE =
  'use 1 to 40 lower-case letters, digits, dots, dashes and underscores, starting with a letter or digit'

/** How often a change is tried again when somebody else changed the policy meanwhile. */
const ATTEMPTS = 3

export interface Named {
  readonly id: number
  readonly name: string
}

/** A change to write, and what the audit says of it. */
export interface Change {
  /** `group:deployers`, `user:grace`. */
  readonly target: string
  readonly before: readonly string[] | null
  readonly after: readonly string[] | null
  readonly statements: readonly D1PreparedStatement[]
}

/**
 * Makes a change atomically: `plan` reads, the change is written only if the policy is still the one that was read.
 * `plan` gives null when there is nothing to change.
 */
export async function changePolicy(ctx: Context, plan: () => Promise<Change | null>): Promise<Change | null> {
  const { db } = houseOf(ctx)
  for (let attempt = 1; ; attempt++) {
    const seen = await selectVersion(db).first<{ version: number }>()
    const change = await plan()
    if (change === null) return null
    const event = auditEvent(ctx.now(), 'admin.changed', ctx.actor, {
      run: ctx.run,
      target: change.target,
      before: change.before && [...change.before],
      after: change.after && [...change.after],
    })
    try {
      await db.batch([
        expectVersion(db, seen?.version ?? 0),
        ...change.statements,
        appendAudit(db, { when: 'always' }, [event]),
      ])
      return change
    } catch (error) {
      if (!isVersionConflict(error)) throw error
      if (attempt === ATTEMPTS) throw new CommandFailure('somebody else is changing the policy right now; try again')
    }
  }
}

/** A user by name, or by a mention (`@U024BE7LH`) in the asker's own workspace. */
export async function findUser(ctx: Context, who: string): Promise<Named> {
  const { db } = houseOf(ctx)
  const mention = /^<?@!?([A-Z0-9]+)>?$/.exec(who)
  const statement = mention?.[1]
    ? selectUserByIdentity(db, identityOf(ctx.actor, mention[1]))
    : selectUserByName(db, who)
  const user = await statement.first<Named>()
  if (!user) throw new CommandFailure(`${who} is no user of Pawl yet: add the person with "user add <name> @mention"`)
  return user
}

/** A group or role by name. */
export async function findNamed(ctx: Context, table: 'groups' | 'roles', name: string): Promise<Named> {
  const found = await selectNamed(houseOf(ctx).db, table, name).first<Named>()
  const kind = table === 'groups' ? 'group' : 'role'
  if (!found) throw new CommandFailure(`there is no ${kind} "${name}": create it with "${kind} create ${name}"`)
  return found
}

/** Creates an empty group or role. */
export async function createNamed(ctx: Context, table: 'groups' | 'roles', name: string): Promise<void> {
  const { db } = houseOf(ctx)
  const kind = table === 'groups' ? 'group' : 'role'
  await changePolicy(ctx, async () => {
    if (await selectNamed(db, table, name).first()) throw new CommandFailure(`there is a ${kind} "${name}" already`)
    return { target: `${kind}:${name}`, before: null, after: [], statements: [insertNamed(db, table, name, ctx.now())] }
  })
}

/** A permission that some rule or built-in command asks for; granting any other would change nothing and is surely a slip. */
export function knownPermission(ctx: Context, permission: string): string {
  const known = [...new Set([...houseOf(ctx).policy.permissions, ...ASKED_BY_BUILTINS])].sort()
  if (known.includes(permission)) return permission
  const near = nearest(permission, known)
  throw new CommandFailure(
    `no rule asks for the permission "${permission}"${near ? `: did you mean ${near}?` : '.'} Known are ${known.join(', ')}.`,
  )
}

export interface LinkChange {
  readonly link: Link
  readonly action: 'add' | 'remove'
  /** The group or role that is changed. */
  readonly owner: Named
  readonly kind: 'group' | 'role'
  readonly item: number | string
  readonly itemName: string
  /** Statements that must come first, as making a permission known. */
  readonly first?: readonly D1PreparedStatement[]
}

/** Adds or removes one link; gives the names before and after, or null when it was so already. */
export async function changeLink(ctx: Context, change: LinkChange): Promise<Change | null> {
  const { db } = houseOf(ctx)
  const { link, action, owner, kind, item, itemName, first = [] } = change
  return await changePolicy(ctx, async () => {
    const { results } = await selectLinked(db, link, owner.id).all<{ name: string }>()
    const before = results.map((row) => row.name)
    if (before.includes(itemName) === (action === 'add')) return null
    const after = action === 'add' ? [...before, itemName].sort() : before.filter((name) => name !== itemName)
    const statement = action === 'add' ? insertLink(db, link, owner.id, item) : deleteLink(db, link, owner.id, item)
    return { target: `${kind}:${owner.name}`, before, after, statements: [...first, statement] }
  })
}

/** An identity of the asker's own workspace. */
export function identityOf(actor: Actor, id: string): Actor {
  return { platform: actor.platform, workspace: actor.workspace, id }
}
