/** A message to an account that has asked for nothing. Network: the platform, through its courier. */
import type { Actor } from '../chat/invocation.ts'
import type { Reply } from '../chat/reply.ts'
import type { Services } from './services.ts'

export type Notified = { readonly ok: true } | { readonly ok: false; readonly message: string }

/** Sends a direct message at once, and says so when it did not arrive; nothing is tried again. `key` names the message. */
export async function notify(
  services: Pick<Services, 'couriers'>,
  actor: Actor,
  reply: Reply,
  key: string,
): Promise<Notified> {
  const courier = services.couriers.get(actor.platform)
  if (!courier) return { ok: false, message: `nothing can be sent to ${actor.platform}` }
  const place = await courier.direct(actor, key)
  if (!place.ok) return place
  const { outcome } = await courier.deliver(place.address, reply, null)
  return outcome === 'delivered' ? { ok: true } : { ok: false, message: 'the platform did not take the message' }
}
