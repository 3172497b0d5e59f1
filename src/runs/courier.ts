/**
 * How the hall hands a reply to a platform without knowing which. Types only; each platform implements a Courier
 * (`src/chat/<platform>/courier.ts`) and `src/services.ts` wires them in.
 */
import type { Actor, Address, Standing } from '../chat/invocation.ts'
import type { Reply } from '../chat/reply.ts'
import type { Json } from '../json.ts'

/**
 * What the platform gave back for a message, to edit it later. Opaque: only the courier that made it reads it.
 * `'deferred'` stands for the interim answer that went out in the HTTP response.
 */
export type MessageRef = Json

export type Delivery =
  /** It is in the chat. `message` replaces what was kept. */
  | { readonly outcome: 'delivered'; readonly message: MessageRef; readonly via: string }
  /** Not now. `afterMs` is what the platform asked for (Retry-After), in milliseconds. */
  | { readonly outcome: 'retry'; readonly reason: string; readonly afterMs?: number }
  /** Every way is closed for good (revoked token, deleted channel). */
  | { readonly outcome: 'undeliverable'; readonly reason: string }

/** A place that a redirect names. `id` is the platform's id out of a mention. */
export type Target =
  | { readonly kind: 'here' | 'me' | 'thread' }
  | { readonly kind: 'channel' | 'user'; readonly id: string }

export type Resolved =
  | {
      readonly ok: true
      readonly address: Address
      /** As people see it: `#ops`, `@ada`, `this channel`. */
      readonly label: string
      /** Nobody but the asker reads there. */
      readonly own?: true
      /** It is where it was asked. */
      readonly here?: true
    }
  /** What is wrong and what to do; nothing has been posted. `later`: the platform could not be asked just now. */
  | { readonly ok: false; readonly message: string; readonly later?: true }

/** A room that a rule names. */
export type Room =
  | {
      readonly ok: true
      /** `slack:C123` */
      readonly ref: string
      /** `#ops` */
      readonly name: string
      /** People of other workspaces read there, too. */
      readonly shared?: true
    }
  /** What is wrong and what to do. */
  | { readonly ok: false; readonly message: string }

export interface Courier {
  /**
   * Puts a reply into the chat: edits `message` where there is one and that is still possible, else posts, falling back
   * from response_url or interaction token to a bot-token post. Never throws: a network error is a `retry`.
   */
  deliver(address: Address, reply: Reply, message: MessageRef | null): Promise<Delivery>
  /**
   * Shows a message that has served its purpose as `reply`: the one that is kept as `message`, and the one whose button the
   * request at `address` came from. Only edits, where the platform allows it, once, and says nothing new; false where it edited
   * nothing. Never throws.
   */
  retire(address: Address, reply: Reply, message: MessageRef | null): Promise<boolean>
  /** The address of a room where the actor once asked, for the bot's own messages about it. `key` as in {@link Courier.direct}. Pure. */
  asked(actor: Actor, channel: string, key: string): Address
  /** The same place, with what the room sees of the answer in a thread under what was asked, where the platform can. Pure. */
  threaded(address: Address): Address
  /** Finds where a redirect goes and checks that the bot may post there and, where the platform can tell, that the asker may; posts nothing. Never throws. */
  resolve(address: Address, target: Target): Promise<Resolved>
  /** The room of the asker's workspace that an id out of a mention, or a name without `#`, stands for. Never throws. */
  room(actor: Actor, typed: string): Promise<Room>
  /** Asks the platform whether the actor is a full member of his workspace; unknown when it cannot be asked. Never throws. */
  standing(actor: Actor): Promise<Standing>
  /**
   * The direct conversation with an actor, for a message that answers no request of his. `key` names the message; where the
   * platform can tell, what is sent again under one key is said once. Never throws.
   */
  direct(actor: Actor, key: string): Promise<Resolved>
}

/** Couriers by platform name. */
export type Couriers = ReadonlyMap<string, Courier>
