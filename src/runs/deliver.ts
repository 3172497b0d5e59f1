/**
 * Brings final answers to the chat: from the outbox, with backoff and Retry-After, and never a re-run (design, section 5,
 * rule 7). Network: D1, the queue, and the platform through its courier.
 */
import { auditEvent } from '../audit/event.ts'
import { maskTokens } from '../audit/tokens.ts'
import { cleanReply } from '../chat/clean.ts'
import type { Actor, Address } from '../chat/invocation.ts'
import type { Reply } from '../chat/reply.ts'
import { appendAudit } from '../db/audit.ts'
import { appendLinked } from '../db/audit-run.ts'
import type { Database } from '../db/database.ts'
import {
  claimOutbox,
  dropAddress,
  insertNotice,
  keepDelivered,
  type OutboxRow,
  selectOutbox,
  settleOutbox,
} from '../db/outbox.ts'
import type { Delivery, MessageRef } from './courier.ts'
import { keptReply } from './kept.ts'
import { DELIVERY_BACKOFF_MAX_MS, DELIVERY_BACKOFF_MS, DELIVERY_GIVE_UP_MS, DELIVERY_LEASE_MS } from './limits.ts'
import { undelivered } from './replies.ts'
import { messageOf, type Services } from './services.ts'
import { wakeDelivery } from './wake.ts'

export interface Parcel {
  readonly run: string
  /** 0, unless told: who asked. 1 and up: the places that redirects name; -n tells who asked that n was given up. */
  readonly target?: number
  /** The place of a redirect as people know it, and the line that names it. */
  readonly redirect?: { readonly label: string; readonly line: string }
  readonly actor: Actor
  /** The id of the room where it was asked, for the audit. */
  readonly channel?: string
  readonly address: Address
  readonly reply: Reply
  readonly message: MessageRef | null
  /** How often it has been tried before. */
  readonly attempts: number
  /** When the answer was there, not when it was asked for; milliseconds since 1970. */
  readonly createdAt: number
}

/**
 * Delivers an answer that its inserter still owns; not before `notBefore` (milliseconds since 1970), if the platform has asked for
 * that. Never throws: whatever goes wrong, the outbox row is tried again.
 */
export async function deliverNow(
  services: Services,
  db: Database,
  { notBefore = 0, ...fresh }: Omit<Parcel, 'attempts' | 'createdAt'> & { readonly notBefore?: number },
): Promise<void> {
  const now = services.now()
  const parcel = { ...fresh, attempts: 0, createdAt: now }
  try {
    const delivery: Delivery =
      notBefore > now
        ? { outcome: 'retry', reason: 'rate_limited', afterMs: notBefore - now }
        : await send(services, parcel)
    await recordDelivery(services, db, parcel, delivery)
  } catch (error) {
    services.log('delivery not recorded; it will be tried again', { run: parcel.run, error: messageOf(error) })
  }
}

/** Delivers a due answer that nobody else is delivering; does nothing when there is none. Throws what D1 throws. */
export async function deliverDue(services: Services, run: string, target: number): Promise<void> {
  const db = services.openDb()
  const now = services.now()
  const [claimed, found] = (await db.batch([
    claimOutbox(db, { run, target, now, until: now + DELIVERY_LEASE_MS }),
    selectOutbox(db, run, target),
  ])) as [D1Result<{ run: string }>, D1Result<OutboxRow>]
  const row = found.results[0]
  if (claimed.results.length === 0 || !row) return
  const actor = { platform: row.platform, workspace: row.workspace, id: row.actor }
  const address = target < 0 ? await askersOwn(services, row) : readAddress(row)
  const parcel = {
    run,
    target,
    ...(row.label !== null && { redirect: { label: row.label, line: row.line } }),
    actor,
    channel: row.channel,
    address: address ?? { platform: row.platform },
    reply: JSON.parse(row.reply) as Reply,
    // The first try may have found an interim answer to replace; where there is none, the courier takes no harm from it.
    message: row.message !== null ? (JSON.parse(row.message) as MessageRef) : target === 0 ? 'deferred' : null,
    attempts: row.attempts,
    createdAt: row.created_at,
  }
  await recordDelivery(services, db, parcel, address === null ? noAddress(target) : await send(services, parcel))
}

function readAddress({ address }: OutboxRow): Address | null {
  return address === null ? null : (JSON.parse(address) as Address)
}

/** The asker's own conversation with the bot: the run has dropped the address that it was asked with. */
async function askersOwn(
  { couriers }: Services,
  { run, target, platform, workspace, actor }: OutboxRow,
): Promise<Address | null> {
  const place = await couriers.get(platform)?.direct({ platform, workspace, id: actor }, `${run}:${target}`)
  return place?.ok ? place.address : null
}

/** A conversation that cannot be opened now is tried again; an address that was dropped does not come back. */
function noAddress(target: number): Delivery {
  return target < 0
    ? { outcome: 'retry', reason: 'no_direct_conversation' }
    : { outcome: 'undeliverable', reason: 'no_address' }
}

/** Hands a reply to the platform's courier, without tokens. */
export async function send(
  services: Services,
  parcel: Pick<Parcel, 'address' | 'reply' | 'message'>,
): Promise<Delivery> {
  const courier = services.couriers.get(parcel.address.platform)
  if (!courier) return { outcome: 'undeliverable', reason: 'no_courier' }
  try {
    return await courier.deliver(parcel.address, cleanReply(parcel.reply, maskTokens), parcel.message)
  } catch (error) {
    // A courier promises not to throw; if one does, the answer must not be lost with it.
    return { outcome: 'retry', reason: maskTokens(messageOf(error)) }
  }
}

async function recordDelivery(services: Services, db: Database, parcel: Parcel, delivery: Delivery): Promise<void> {
  const { run, target = 0, actor, channel, attempts, createdAt } = parcel
  const told = {
    run,
    channel,
    redirect: target > 0 ? target : undefined,
    notice: target < 0 ? -target : undefined,
    attempt: attempts + 1,
    latency_ms: services.now() - createdAt,
  }
  const now = services.now()
  if (delivery.outcome === 'delivered') {
    const event = auditEvent(now, 'reply.delivered', actor, { ...told, via: delivery.via })
    await db.batch([
      settleOutbox(db, { run, target, attempts, state: 'delivered', nextAt: null, reason: null }),
      ...(target === 0
        ? [keepDelivered(db, run, JSON.stringify(delivery.message)), appendLinked(db, { run, change: null }, [event])]
        : [appendAudit(db, { when: 'always' }, [event])]),
    ])
    return
  }
  const pause = Math.max(backoff(attempts), delivery.outcome === 'retry' ? (delivery.afterMs ?? 0) : 0)
  const giveUp = delivery.outcome === 'undeliverable' || now + pause > createdAt + DELIVERY_GIVE_UP_MS
  const event = auditEvent(now, giveUp ? 'reply.undeliverable' : 'reply.retried', actor, {
    ...told,
    reason: delivery.reason,
  })
  const { redirect } = parcel
  const notice = giveUp && redirect ? undelivered(run, redirect.line, redirect.label, delivery.reason) : null
  await db.batch([
    settleOutbox(db, {
      run,
      target,
      attempts,
      state: giveUp ? 'undeliverable' : 'pending',
      nextAt: giveUp ? null : now + pause,
      reason: delivery.reason,
    }),
    ...(giveUp && target === 0 ? [dropAddress(db, run)] : []),
    ...(notice === null ? [] : [insertNotice(db, { run, target, reply: keptReply(notice), now })]),
    appendAudit(db, { when: 'always' }, [event]),
  ])
  if (notice !== null) await wakeDelivery(services.queue, run, -target, 0)
  if (!giveUp) await wakeDelivery(services.queue, run, target, pause)
}

/** 2 s, 4 s, 8 s … up to ten minutes. */
export function backoff(attempts: number): number {
  return Math.min(DELIVERY_BACKOFF_MS * 2 ** Math.min(attempts, 20), DELIVERY_BACKOFF_MAX_MS)
}
