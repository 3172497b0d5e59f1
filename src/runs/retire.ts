/** Takes the buttons from a message once they have served. Network: D1, the platform through its courier. */
import { maskTokens } from '../audit/tokens.ts'
import { withoutButtons } from '../chat/button.ts'
import { cleanReply } from '../chat/clean.ts'
import type { Address, Channel, Invocation } from '../chat/invocation.ts'
import { accountName, code, type Markdown, md, plain } from '../chat/markdown.ts'
import type { Reply } from '../chat/reply.ts'
import type { Database } from '../db/database.ts'
import { type RunRow, selectRun } from '../db/runs.ts'
import type { Subject } from '../policy/request.ts'
import { actorOf } from './cancel.ts'
import type { MessageRef } from './courier.ts'
import { messageOf, type Services } from './services.ts'
import { isOwn, wasToldHere } from './visibility.ts'

/**
 * Shows a message that has served its purpose as `reply`: `message`, or the one whose button the request at `address` came from. No
 * token is in it, whoever kept it. False where the platform let nothing be edited. Never throws.
 */
export async function showAgain(
  { couriers }: Pick<Services, 'couriers'>,
  address: Address,
  reply: Reply,
  message: MessageRef | null,
): Promise<boolean> {
  return (await couriers.get(address.platform)?.retire(address, cleanReply(reply, maskTokens), message)) ?? false
}

/**
 * Shows a run's last message without buttons, with a line about why. Best effort: nothing depends on it, and the platform may not
 * let it be edited any more. `address` is one where the answer may be seen. Never throws.
 */
async function retire(
  services: Pick<Services, 'couriers'>,
  address: Address,
  { reply, message }: Pick<RunRow, 'reply' | 'message'>,
  why: Markdown,
): Promise<void> {
  if (reply === null) return
  const last = JSON.parse(reply) as Reply
  const bare = withoutButtons(last)
  if (bare.blocks.length === last.blocks.length) return
  const shown = { ...bare, blocks: [...bare.blocks, { kind: 'note' as const, text: why }] }
  const ref = message === null ? null : (JSON.parse(message) as MessageRef)
  await showAgain(services, address, shown, ref)
}

/** Takes the buttons from a run's message in the room where it was asked, and says why. Best effort. Never throws. */
export async function retireThere(services: Pick<Services, 'couriers'>, row: RunRow, why: Markdown): Promise<void> {
  const { id } = JSON.parse(row.channel) as Channel
  const where = services.couriers.get(row.platform)?.asked(actorOf(row), id, row.id)
  if (where) await retire(services, where, row, why)
}

/** The run that asks another one again, by whom and where. */
export interface Asking {
  readonly run: string
  readonly db: Database
  readonly invocation: Invocation
  readonly subject: Subject
}

/**
 * A run has been asked again: its message says by whom, and offers it no more. If nothing came of that, because the lock is taken or
 * it could not be queued, or it only said what it would do, the button stays. Never throws.
 */
export async function retireRetried(
  services: Pick<Services, 'couriers' | 'log'>,
  row: RunRow,
  { run, db, invocation, subject }: Asking,
): Promise<void> {
  try {
    const again = await selectRun(db, run).first<RunRow>()
    if (
      again === null ||
      again.dry === 1 ||
      again.state === 'accepted' ||
      again.code === 'busy' ||
      again.code === 'repeated'
    )
      return
    const { user, administrator } = subject
    const account = accountName(invocation.actor.id, administrator ? 'an administrator' : undefined)
    const who = user === null ? account : plain(user.name)
    const why = md`Run again by ${who}: run ${code(run)}`
    if (isOwn(invocation.actor, row) || wasToldHere(invocation, row))
      return await retire(services, invocation.address, row, why)
    await retireThere(services, row, why)
    // The button stood on a question that only this person sees: the answer, which he may not see, does not go there.
    const asked: Reply = { visibility: 'private', tone: 'plain', blocks: [{ kind: 'note', text: why }] }
    await showAgain(services, invocation.address, asked, null)
  } catch (error) {
    services.log('the buttons of a run that is run again stay', { run: row.id, error: messageOf(error) })
  }
}
