/** Finds the person that a line names: a user of Pawl by name, or by a mention. Network: D1. */
import type { Actor } from '../../chat/invocation.ts'
import type { Context } from '../../command/command.ts'
import { CommandFailure } from '../../command/failure.ts'
import { selectUserByIdentity, selectUserByName } from '../../db/policy.ts'
import { parseExpectation } from '../../policy/document/expectation.ts'
import { houseOf } from '../house.ts'

/** A mention as a line holds it: `@U024BE7LH`, `@1180000000000000011`, or as an option of Discord gives it. */
const MENTION = /^<?@!?([A-Z0-9]{2,})>?$/

/** The platform's id in a mention; null for anything else. */
export function mentionedId(who: string): string | null {
  return MENTION.exec(who)?.[1] ?? null
}

/**
 * The user's name in Pawl, for a name (with or without `@`) or a mention in the asker's own workspace. A mention is that account and
 * nothing else: somebody whose name reads the same is another person.
 */
export async function findUser(ctx: Context, who: string): Promise<string> {
  const { db } = houseOf(ctx)
  const id = mentionedId(who)
  const found = await (id === null
    ? selectUserByName(db, who.replace(/^@/, ''))
    : selectUserByIdentity(db, identityOf(ctx.actor, id))
  ).first<{ name: string }>()
  if (found) return found.name
  throw new CommandFailure(`${who} is no user of Pawl yet: add the person with "user add <name> @mention"`)
}

/** An identity of the asker's own workspace. */
export function identityOf(actor: Actor, id: string): Actor {
  return { platform: actor.platform, workspace: actor.workspace, id }
}

/** The users that expectations speak of: what a policy must know for them to be checked. */
export function usersExpected(expectations: readonly string[]): string[] {
  return expectations.flatMap((text) => {
    const parsed = parseExpectation(text)
    return parsed.ok && parsed.expectation.who.kind === 'user' ? [parsed.expectation.who.name] : []
  })
}
