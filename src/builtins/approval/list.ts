/** `approval list`: what waits for approval, and which of it the asker may decide. Network: D1. */
import * as z from 'zod'
import { careOf, heldOf, personOf, standingOf } from '../../approval/needs.ts'
import { needsText, untilText } from '../../approval/replies.ts'
import { actorKey, type Channel } from '../../chat/invocation.ts'
import type { Context } from '../../command/command.ts'
import { defineCommand } from '../../command/define.ts'
import { type OpenRow, selectAccountKeys, selectOpen } from '../../db/approvals.ts'
import { houseOf } from '../house.ts'
import { seesOthers } from '../run-access.ts'

/** An approval lasts minutes: more than this are not open at once where people read what they approve. */
const OPEN_MAX = 100

export default defineCommand({
  name: 'approval list',
  summary: 'List what waits for approval: yours, what you may decide, or all with run:read',
  options: { mine: z.boolean().default(false).describe('Only what you may decide now') },
  input: 'none',
  effects: 'read',
  answer: 'private',
  // Open to all because it shows everybody his own part.
  rules: ['when command is approval:list allow'],
  examples: [['approval list --mine', 'what waits for your word']],
  async handler({ mine }, ctx) {
    const { db, subject } = houseOf(ctx)
    const accounts = [actorKey(ctx.actor)]
    const [open, keys] = (await db.batch([
      selectOpen(db, ctx.now(), OPEN_MAX),
      selectAccountKeys(db, subject.user?.id ?? 0),
    ])) as [D1Result<OpenRow>, D1Result<{ key: string }>]
    accounts.push(...keys.results.map(({ key }) => key))
    const all = seesOthers(ctx)
    return open.results.flatMap((row) => {
      const asker = actorKey({ platform: row.platform, workspace: row.workspace, id: row.actor })
      const own = accounts.includes(asker)
      const may = !own && mayDecide(ctx, row)
      return may || (!mine && (own || all || heldOf(careOf(row), subject).length > 0)) ? [recordOf(row, may)] : []
    })
  },
})

/** As far as it can be told here: who wrote an alias is told at the click. */
function mayDecide(ctx: Context, row: OpenRow): boolean {
  const { subject } = houseOf(ctx)
  const person = personOf(subject, ctx.actor)
  const here = row.platform === ctx.actor.platform && row.workspace === ctx.actor.workspace
  const said = votesOf(row).some((vote) => vote.person === person)
  return here && person !== null && !said && heldOf(careOf(row), subject).length > 0
}

function votesOf({ votes }: OpenRow) {
  const rows = JSON.parse(votes) as [string, 'approve' | 'refuse', string[]][]
  return rows.map(([person, vote, permissions]) => ({ person, vote, permissions: JSON.stringify(permissions) }))
}

function recordOf(row: OpenRow, may: boolean) {
  const room = JSON.parse(row.channel) as Channel
  return {
    run: row.run,
    line: row.line,
    who: row.user_name ?? row.actor,
    where: room.name === undefined ? room.id : `#${room.name}`,
    needs: needsText(standingOf(careOf(row), votesOf(row))),
    until: untilText(row.expires_at),
    why: row.because,
    you: may ? 'may decide' : '',
  }
}
