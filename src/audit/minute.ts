/**
 * What cron does for the audit log each minute: it is sealed, and once a day the rooms that the deployment names are given the newest
 * checkpoint, so that a copy exists outside. Network: the Ledger, the couriers.
 */
import { plain } from '../chat/markdown.ts'
import type { Reply } from '../chat/reply.ts'
import type { Checkpoint } from '../db/checkpoints.ts'
import { messageOf, type Services } from '../runs/services.ts'

type LedgerServices = Pick<Services, 'ledger' | 'couriers' | 'config' | 'log'>

/** Seals the log and posts what is due. Never throws: what fails is logged and tried again a minute later. */
export async function keepLog(services: LedgerServices): Promise<void> {
  try {
    // The Ledger itself says what is wrong, in its status and on the console.
    const sealing = await services.ledger().seal()
    // An old checkpoint would look as if all were well.
    if (sealing.ok) await postCheckpoints(services)
  } catch (error) {
    services.log('the audit log was not sealed; the next minute tries again', { error: messageOf(error) })
  }
}

async function postCheckpoints({ ledger, couriers, config, log }: LedgerServices): Promise<void> {
  const rooms = new Map(
    config.checkpointRooms.map((room) => [`${room.platform}:${room.workspace}:${room.channel}`, room]),
  )
  if (rooms.size === 0) return
  const due = await ledger().due([...rooms.keys()])
  for (const name of due?.rooms ?? []) {
    const room = rooms.get(name)
    const courier = room && couriers.get(room.platform)
    if (!due || !room || !courier) continue
    const { platform, workspace, channel } = room
    // Nobody asked: the answer is for the room.
    const address = courier.asked({ platform, workspace, id: '' }, channel, `checkpoint-${due.checkpoint.size}`)
    const delivery = await courier.deliver(address, checkpointReply(due.checkpoint), null)
    if (delivery.outcome === 'delivered') await ledger().posted(name, due.checkpoint.size)
    else log('a checkpoint was not posted; the next minute tries again', { room: name, reason: delivery.reason })
  }
}

function checkpointReply({ size, note }: Checkpoint): Reply {
  return {
    visibility: 'channel',
    tone: 'plain',
    blocks: [
      { kind: 'text', text: plain(`Pawl's audit log has ${size} lines. This is their seal:`) },
      { kind: 'code', text: note },
      {
        kind: 'note',
        text: plain('Kept here, it shows later whether the log was changed: audit verify --checkpoint.'),
      },
    ],
  }
}
