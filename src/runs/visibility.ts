/** Whose runs somebody may see, and how much of them. Pure. */
import { type Actor, actorKey, type Channel } from '../chat/invocation.ts'
import type { Reply } from '../chat/reply.ts'
import type { RunRow } from '../db/runs.ts'
import { isCut } from '../engine/planner.ts'
import { parsePipeline } from '../language/parse.ts'
import { RUN_READ } from '../policy/house-permissions.ts'

/** Who asks, and in which room. */
export interface Reader {
  readonly actor: Actor
  readonly channel: Channel
}

/** True for who may see that others' runs are there, and what became of them. */
export function maySeeOthers({
  administrator,
  permissions,
}: {
  readonly administrator: boolean
  readonly permissions: ReadonlySet<string>
}): boolean {
  return administrator || permissions.has(RUN_READ)
}

export function isOwn(actor: Actor, row: Pick<RunRow, 'platform' | 'workspace' | 'actor'>): boolean {
  return actorKey(actor) === actorKey({ platform: row.platform, workspace: row.workspace, id: row.actor })
}

/**
 * True when the room in which this is asked has seen the answer of the run: only then are its records shown to somebody
 * else, whatever he may do. What was told to one person alone, or elsewhere, stays there.
 */
export function wasToldHere(
  { actor, channel }: Reader,
  row: Pick<RunRow, 'reply' | 'platform' | 'channel' | 'line'>,
): boolean {
  if (row.reply === null || row.platform !== actor.platform) return false
  const room = JSON.parse(row.channel) as Channel
  const reply = JSON.parse(row.reply) as Reply
  return (
    reply.visibility === 'channel' &&
    room.kind === 'channel' &&
    channel.kind === 'channel' &&
    room.id === channel.id &&
    !isRedirected(row.line)
  )
}

/** Whether the answer went elsewhere and not, too, here; a line that was cut or cannot be read counts as one that did. */
function isRedirected(line: string): boolean {
  const parsed = parsePipeline(line)
  if (!parsed.ok || isCut(line)) return true
  const { redirects } = parsed.pipeline
  return redirects.length > 0 && !redirects.some(({ to }) => to.kind === 'text' && to.text === 'here')
}
