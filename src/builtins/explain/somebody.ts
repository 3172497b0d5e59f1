/** Somebody else as the evaluator sees him. Network: D1, and the platform for who is a full member. */
import { type Actor, actorKey } from '../../chat/invocation.ts'
import type { Context } from '../../command/command.ts'
import { CommandFailure } from '../../command/failure.ts'
import { type SubjectRow, selectAccounts, selectSubject, selectSubjectOfUser } from '../../db/subject.ts'
import { subjectOf } from '../../policy/cache.ts'
import type { Subject } from '../../policy/request.ts'
import { houseOf } from '../house.ts'
import { identityOf, mentionedId } from '../policy/people.ts'

/** The subject behind a user's name or a mention: as he would be asked here, with his account of this workspace. */
export async function subjectNamed(ctx: Context, who: string): Promise<Subject> {
  const id = mentionedId(who)
  return id === null ? await subjectCalled(ctx, who) : await subjectWith(ctx, who, identityOf(ctx.actor, id))
}

/** A mention is that account, whoever else may have a name that reads like it. */
async function subjectWith(ctx: Context, who: string, account: Actor): Promise<Subject> {
  const { db, standing, admins } = houseOf(ctx)
  const row = await selectSubject(db, account, ctx.now()).first<SubjectRow>()
  if (!row) throw unknown(who)
  return subjectOf(row, admins.has(actorKey(account)), (await standing(account)) === 'member')
}

async function subjectCalled(ctx: Context, who: string): Promise<Subject> {
  const { db, standing, admins } = houseOf(ctx)
  const name = who.replace(/^@/, '')
  const [named, accounts] = (await db.batch([selectSubjectOfUser(db, name, ctx.now()), selectAccounts(db, name)])) as [
    D1Result<SubjectRow>,
    D1Result<Actor>,
  ]
  const row = named.results[0]
  if (!row) throw unknown(who)
  const account = accounts.results.find((one) => isHere(ctx, one))
  // Without an account in this workspace nobody could ask here: the answer is about what he was given by name.
  if (!account) return subjectOf(row, false, false)
  return subjectOf(row, admins.has(actorKey(account)), (await standing(account)) === 'member')
}

function unknown(who: string): CommandFailure {
  return new CommandFailure(`${who} is no user of Pawl: mention the person with @, or see "user list"`)
}

function isHere({ actor }: Context, { platform, workspace }: Actor): boolean {
  return platform === actor.platform && workspace === actor.workspace
}
