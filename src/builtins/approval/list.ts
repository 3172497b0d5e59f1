/** `approval list`: what waits for approval, and which of it the asker may decide. Network: D1. */
import * as z from 'zod'
import { accountKeysOf } from '../../approval/accounts.ts'
import { goesTo } from '../../approval/goes-to.ts'
import { careOf, personOf, standingOf } from '../../approval/needs.ts'
import { confirmLine, needsText, OUTDATED, untilText } from '../../approval/replies.ts'
import { flat, plannedNow, shownParts } from '../../approval/shown.ts'
import type { Channel } from '../../chat/invocation.ts'
import { typedLine } from '../../chat/typed.ts'
import { defineCommand } from '../../command/define.ts'
import type { Registry } from '../../command/registry.ts'
import { type OpenRow, selectOpen } from '../../db/approvals.ts'
import { heldBy } from '../../policy/ask.ts'
import { houseOf } from '../house.ts'
import { seesOthers } from '../run-access.ts'
import { runOption } from './word.ts'

export default defineCommand({
  name: 'approval list',
  summary: 'List what waits: yours, what you may decide, or all with run:read',
  description: 'Of this workspace, what expires first on top.',
  options: {
    mine: z.boolean().default(false).describe('Only what waits for your own word: to decide, or to confirm'),
    limit: z.int().min(1).max(100).default(20).describe('How many'),
    after: runOption.optional().describe('Only what stands behind this run: the next page'),
  },
  input: 'none',
  effects: 'read',
  answer: 'private',
  // Open to all because it shows everybody his own part.
  rules: ['when command is approval:list allow'],
  examples: [
    ['approval list --mine', 'what waits for your word'],
    ['approval list --after r_0123456789abcdef', 'the next page'],
  ],
  empty: 'There is nothing to decide or to confirm for you. With --mine, what of yours waits for others is left out.',
  async handler({ mine, limit, after = null }, ctx) {
    const { db, subject, registry, policy } = houseOf(ctx)
    const held = heldBy(subject)
    const { results } = await selectOpen(db, {
      here: ctx.actor,
      policy: policy.version,
      accounts: await accountKeysOf(db, subject, ctx.actor),
      person: personOf(subject, ctx.actor),
      held: held && [...held],
      all: seesOthers(ctx),
      mine,
      after,
      now: ctx.now(),
      limit,
    }).all<OpenRow>()
    return results.map((row) => recordOf(registry, row, policy.version))
  },
})

function votesOf({ votes }: OpenRow) {
  const rows = JSON.parse(votes) as [string, 'approve' | 'refuse', string[]][]
  return rows.map(([person, vote, permissions]) => ({ person, vote, permissions: JSON.stringify(permissions) }))
}

function recordOf(registry: Registry, row: OpenRow, version: string) {
  const room = JSON.parse(row.channel) as Channel
  const plan = plannedNow(registry, row)
  return {
    run: row.run,
    line: flat(row.line),
    what:
      plan === null
        ? ''
        : [...shownParts(plan), ...goesTo(plan)].map(({ name, text }) => `${name}: ${text}`).join('; '),
    who: row.user_name ?? row.actor,
    where: room.name === undefined ? room.id : `#${room.name}`,
    needs: needsOf(row),
    until: untilText(row.expires_at),
    why: row.because && flat(row.because),
    you: yourWord(row, version),
  }
}

function needsOf(row: OpenRow): string {
  const others = needsText(standingOf(careOf(row), votesOf(row)))
  if (row.stage === 'approval') return others
  return others === '' ? 'a confirmation' : `a confirmation, then ${others}`
}

/** What whoever asks can say about it. */
function yourWord(row: OpenRow, version: string): string {
  if (row.policy !== version) return OUTDATED
  if (row.stage === 'confirmation')
    return `confirm it: ${typedLine(row.platform, confirmLine(careOf(row).confirmation?.word ?? null, row.run))}`
  return row.may === 1 ? 'may decide' : ''
}
