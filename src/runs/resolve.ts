/** Notes what people found out about a lost run, and tells those who were told that it is lost. Network: D1, the courier. */
import { auditEvent } from '../audit/event.ts'
import { maskTokens } from '../audit/tokens.ts'
import type { Actor, Channel } from '../chat/invocation.ts'
import { md, personName } from '../chat/markdown.ts'
import type { Reply } from '../chat/reply.ts'
import { appendAudit } from '../db/audit.ts'
import { commit, type Database } from '../db/database.ts'
import { insertOutbox } from '../db/outbox.ts'
import { type DeliveryRow, selectDeliveries } from '../db/run-story.ts'
import { type Resolution, type RunRow, resolutionOf, resolveLost, selectChanged } from '../db/runs.ts'
import { actorOf } from './cancel.ts'
import { deliverDue } from './deliver.ts'
import { keptReply } from './kept.ts'
import { resolved } from './replies.ts'
import { retireThere } from './retire.ts'
import { messageOf, type Services } from './services.ts'

/** Who says so, and in which run. */
export interface Resolver {
  readonly run: string
  readonly actor: Actor
}

/** Resolves a lost run as it stands in `row`; false when it has changed meanwhile. Its state stays. Throws what D1 throws. */
export async function resolveRun(
  services: Services,
  db: Database,
  row: RunRow,
  said: Resolution,
  by: Resolver,
): Promise<boolean> {
  const resolution = { ...said, note: maskTokens(said.note) }
  const { id: run } = row
  const { results } = await selectDeliveries(db, run).all<DeliveryRow>()
  const { target, address, reply } = wordOf(services, row, resolution, results)
  const change = services.token()
  const now = services.now()
  const written = await commit(db, run, change, [
    resolveLost(db, { run, seen: row.change, change, resolution }),
    appendAudit(db, { when: 'changed', run, change }, [
      auditEvent(now, 'run.resolved', by.actor, {
        run,
        as: resolution.outcome,
        note: resolution.note,
        by_run: by.run,
        before: resolutionOf(row)?.outcome,
      }),
    ]),
    insertOutbox(db, change, { run, target, address, label: null, reply: keptReply(reply), now, nextAt: now }),
    selectChanged(db, run, change),
  ])
  const last = written.at(-1)?.results[0] as { changed: number } | undefined
  if (last?.changed === 0) return false
  try {
    await deliverDue(services, run, target)
  } catch (error) {
    services.log('resolution not told; the sweeper will', { run, error: messageOf(error) })
  }
  await retireThere(services, row, md`Resolved as ${resolution.outcome} by ${personName(resolution.by)}`)
  return true
}

/**
 * The word about it, and where it goes: the room that was told that the run is lost; where the asker alone was told, or the room is
 * a direct conversation, to the asker.
 */
function wordOf(
  { couriers }: Services,
  row: RunRow,
  resolution: Resolution,
  deliveries: readonly DeliveryRow[],
): { readonly target: number; readonly address: string | null; readonly reply: Reply } {
  const room = roomOf(row)
  const told = row.reply === null ? 'private' : (JSON.parse(row.reply) as Reply).visibility
  const visibility = room.kind === 'channel' ? told : 'private'
  const targets = deliveries.map(({ target }) => target)
  const reply = resolved(row.id, row.line, resolution, visibility)
  if (visibility === 'private') return { target: Math.min(0, ...targets) - 1, address: null, reply }
  const target = Math.max(0, ...targets) + 1
  const address = couriers.get(row.platform)?.asked(actorOf(row), room.id, `${row.id}:${target}`)
  return { target, address: JSON.stringify(address ?? { platform: row.platform }), reply }
}

function roomOf({ channel }: Pick<RunRow, 'channel'>): Channel {
  return JSON.parse(channel) as Channel
}
