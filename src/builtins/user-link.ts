/**
 * `user link`: makes the account that asks one more account of a user, by a code that goes to the accounts which the user has.
 * Network: D1; the platforms, for the direct messages.
 *
 * Nobody becomes somebody by saying so: who types in the code reads what is sent to that user.
 */
import * as z from 'zod'
import { base32, readBase32 } from '../base32.ts'
import { type Actor, actorKey } from '../chat/invocation.ts'
import { oneLine } from '../chat/label.ts'
import { type Markdown, md, userNamed } from '../chat/markdown.ts'
import type { Context } from '../command/command.ts'
import { defineCommand } from '../command/define.ts'
import { CommandFailure } from '../command/failure.ts'
import { CODE_LIFE_MS, CODES_MAX, closeCodes, insertCode, type MatchedCode, tryCode, WRONG_MAX } from '../db/link.ts'
import { selectUserByIdentity, selectUserByName } from '../db/policy.ts'
import { hex, sha256 } from '../digest.ts'
import { accountsOf, tellAccounts } from './accounts.ts'
import { houseOf } from './house.ts'
import { changePolicy } from './policy/change.ts'

/** 40 bits, shown as two halves; with {@link WRONG_MAX} tries nobody guesses them. */
const CODE_CHARACTERS = 8

const MINUTES = CODE_LIFE_MS / 60_000

interface User {
  readonly id: number
  readonly name: string
}

export default defineCommand({
  name: 'user link',
  summary: 'Become a user whom Pawl knows from another account of yours',
  description: [
    `Type "user link ada" with the new account: ada's known accounts get a code. Then type "user link --code …" with the new account within ${MINUTES} minutes.`,
    'From then on both accounts are the same user, with the same rights.',
  ].join(' '),
  options: {
    user: z.string().optional().describe('Your name in Pawl, as whoami shows it on the other account'),
    code: z.string().max(40).optional().describe('The code that your other account got').meta({ secret: true }),
  },
  input: 'none',
  effects: 'write',
  answer: 'private',
  // Open to all: the code decides, which only the user's own accounts get.
  rules: ['when command is user:link allow'],
  examples: [
    ['user link ada', 'send a code to the accounts of ada'],
    ['user link --code K7PM-2X9D', 'make this account one of hers'],
  ],
  async handler({ user, code }, ctx) {
    if (user !== undefined && code === undefined) return await sendCode(ctx, user.replace(/^@/, ''))
    if (code !== undefined && user === undefined) return await useCode(ctx, code)
    throw new CommandFailure(
      'give either your name in Pawl, as in "user link ada", or the code that your other account got, as in "user link --code K7PM-2X9D"',
    )
  },
  view: ([{ user, linked, accounts }]) =>
    linked
      ? md`This account is the user **${user}** now. \`user unlink ${accounts[0] ?? ''}\` undoes it.`
      : md`A code was sent to **${user}** on ${accounts.join(' and ')}. Type it here within ${MINUTES} minutes: \`user link --code …\``,
})

async function sendCode(ctx: Context, name: string) {
  const { db, token } = houseOf(ctx)
  await refuseKnown(ctx)
  const user = await selectUserByName(db, name).first<User>()
  // That somebody exists is no secret: every refusal names who can grant.
  if (user?.name !== name) throw new CommandFailure(`${name} is no user of Pawl: type the name as whoami shows it`)
  const known = await accountsOf(ctx, user.id)
  if (known.length === 0) throw new CommandFailure(`${name} has no account that a code could be sent to`)

  const code = base32(await sha256(token()), CODE_CHARACTERS)
  const digest = await digestOfCode(ctx.actor, code)
  const [inserted] = await db.batch(
    insertCode(db, { run: ctx.run, digest, userId: user.id, asker: ctx.actor, createdAt: ctx.now() }),
  )
  if (inserted?.meta.changes !== 1)
    throw new CommandFailure(
      `${CODES_MAX} codes were asked for within the hour, for ${name} or by you; try again in an hour`,
    )
  // Whoever has just asked knows where, and nobody the number of his own account.
  const text = md`The ${ctx.actor.platform} account \`${actorKey(ctx.actor)}\` asks to become you, **${name}**, in Pawl: ${askedIn(ctx)}. If it is yours, type there within ${MINUTES} minutes: \`user link --code ${shown(code)}\`. If it is not, ignore this message: nothing has changed.`
  const reached = await tellAccounts(ctx, known, text)
  if (reached.length === 0)
    throw new CommandFailure(
      `no account of ${name} could be written to, so that nobody got the code; try again, or ask an administrator`,
    )
  return { user: name, linked: false, accounts: [...new Set(reached.map(({ platform }) => platform))] }
}

/** Who asks, by name where it can be shown, and where that was just now. */
function askedIn({ actor, channel }: Context): Markdown {
  const where = channel.kind === 'direct' ? 'a direct message' : `#${oneLine(channel.name ?? channel.id)}`
  return md`${userNamed(actor.id, 'somebody')} has just typed it in ${where} there`
}

async function useCode(ctx: Context, typed: string) {
  const { db } = houseOf(ctx)
  await refuseKnown(ctx)
  const digest = await digestOfCode(ctx.actor, readBase32(typed))
  const [, tried] = await db.batch<MatchedCode>(tryCode(db, ctx.actor, digest, ctx.now()))
  const match = tried?.results[0]
  // One answer for every reason: a wrong code, an old one, somebody else's, or too many tries.
  if (!match)
    throw new CommandFailure(
      `this is not the code, or it is no longer good: it counts once, for ${MINUTES} minutes and ${WRONG_MAX} tries, on the account that asked for it. Type "user link <name>" for another one`,
    )
  const user = { id: match.user_id, name: match.name }
  const before = await accountsOf(ctx, user.id)
  const identity = actorKey(ctx.actor)
  await changePolicy(ctx, {
    people: [user.name],
    async plan() {
      // Again on every try: of the policy as it is now, the document holds this one user.
      await refuseKnown(ctx)
      return [{ kind: 'identity.add', user: user.name, identity }]
    },
    read: closeCodes(db, ctx.actor),
  })
  const text = md`The ${ctx.actor.platform} account \`${identity}\` is yours in Pawl from now on, with all your rights. If you did not do this, type \`user unlink ${identity}\` at once, and tell who runs Pawl.`
  await tellAccounts(ctx, before, text)
  return { user: user.name, linked: true, accounts: [identity] }
}

/** An account is one user's or nobody's: it is taken away from one before it becomes another's. */
async function refuseKnown(ctx: Context): Promise<void> {
  const owner = await selectUserByIdentity(houseOf(ctx).db, ctx.actor).first<User>()
  if (owner)
    throw new CommandFailure(
      `this account is the user ${owner.name} already: an administrator can take it away with "user unlink ${actorKey(ctx.actor)}", or "user remove ${owner.name}" if it is the only one`,
    )
}

/** Of the asker, too: a code is worth nothing on another account. */
async function digestOfCode(asker: Actor, code: string): Promise<string> {
  return hex(await sha256(`link:${actorKey(asker)}:${code}`))
}

/** `K7PM-2X9D` */
function shown(code: string): string {
  const half = CODE_CHARACTERS / 2
  return `${code.slice(0, half)}-${code.slice(half)}`.toUpperCase()
}
