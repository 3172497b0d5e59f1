/** How freezes look, in answers and in the log. Pure. */
import { type Markdown, md, plain, timeOf } from '../../chat/markdown.ts'
import type { FreezeRow } from '../../db/freezes.ts'
import { momentText } from '../../policy/freeze.ts'

/** What it stops, as one clause: `deploy, pack:* where option[env] == prod, except for deploy:hotfix`. */
export function reachText({
  commands,
  condition,
  except,
}: {
  readonly commands: readonly string[] | null
  readonly condition: string | null
  readonly except: string | null
}): string {
  const what = commands === null ? 'every command that changes something' : commands.join(', ')
  const where = condition === null ? '' : ` where ${condition}`
  return `${what}${where}${except === null ? '' : `, except for ${except}`}`
}

/** As a record of `freeze list`; `now` in milliseconds since 1970. */
export function freezeRecord(row: FreezeRow, now: number) {
  const { id, reason, condition, until } = row
  const commands = row.commands === null ? null : (JSON.parse(row.commands) as string[])
  const lapsed = until !== null && until <= now
  return {
    freeze: id,
    // A freeze whose time is over holds nothing, whether or not somebody has ended it.
    state: row.ended_at === null && !lapsed ? 'holds' : row.ended_by === null ? 'over' : 'ended',
    reason,
    stops: reachText({ commands, condition, except: row.except_permission }),
    until: until === null ? null : momentText(until),
    by: row.by_name,
    since: momentText(row.started_at),
    // Of what holds there is nothing to say.
    ...(row.ended_at !== null && { ended: row.ended_by, ended_at: momentText(row.ended_at) }),
  }
}

/** The facts of a freeze for the log. */
export function freezeFacts(row: FreezeRow, now: number): string[] {
  const { reason, stops, until, by, since } = freezeRecord(row, now)
  return [`reason ${reason}`, `stops ${stops}`, `until ${until ?? 'somebody ends it'}`, `by ${by}`, `since ${since}`]
}

/** Until when, in the reader's own zone. */
export function untilShown(until: string | null): Markdown {
  return until === null ? plain('until somebody ends it') : md`until ${timeOf(Date.parse(until))}`
}
