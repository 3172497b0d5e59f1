/** What `approval approve` and `approval refuse` share. Network: D1, the courier, the queue, through the house. */
import * as z from 'zod'
import { accountKeysOf } from '../../approval/accounts.ts'
import { personOf } from '../../approval/needs.ts'
import type { CompletionContext, Context } from '../../command/command.ts'
import { CHOICES_MAX } from '../../command/complete-value.ts'
import { CommandFailure } from '../../command/failure.ts'
import { type OpenRow, selectOpen } from '../../db/approvals.ts'
import { heldBy } from '../../policy/ask.ts'
import { RUN_ID } from '../../runs/identity.ts'
import { completionHouseOf, houseOf } from '../house.ts'

/** As much as fits into the room's message. */
const NOTE_MAX = 300

export const runOption = z.string().regex(RUN_ID, 'is a run id, like r_0123456789abcdef').describe('Id of the run')

export const noteOption = z
  .array(z.string())
  .default([])
  .meta({ words: true })
  .describe('What there is to say about it, shown with the decision')

/** Runs that wait for the word of whoever types. */
export async function runsToDecide(typed: string, ctx: CompletionContext): Promise<string[]> {
  const { db, subject, policy } = completionHouseOf(ctx)
  const held = heldBy(subject)
  const { results } = await selectOpen(db, {
    here: ctx.actor,
    policy: policy.version,
    accounts: await accountKeysOf(db, subject, ctx.actor),
    person: personOf(subject, ctx.actor),
    held: held && [...held],
    all: false,
    mine: true,
    after: null,
    now: ctx.now(),
    limit: CHOICES_MAX,
  }).all<OpenRow>()
  return results.flatMap(({ run, may }) => (may === 1 && run.startsWith(typed) ? [run] : []))
}

/** Says it, and gives what it came to. @throws CommandFailure with why it does not count */
export async function sayWord(
  ctx: Context,
  vote: 'approve' | 'refuse',
  { run, note }: { readonly run: string; readonly note: readonly string[] },
) {
  const text = note.join(' ').trim()
  if (text.length > NOTE_MAX)
    throw new CommandFailure(`the note is longer than ${NOTE_MAX} characters: make it shorter`)
  const said = await houseOf(ctx).desk.vote({ run, vote, note: text === '' ? null : text })
  if (!said.ok)
    throw new CommandFailure(
      said.reason === 'already_decided' ? said.message : `Your word does not count: ${said.message}`,
      { whole: true },
    )
  return { run, line: said.line, state: said.state, agreed: said.agreed }
}
