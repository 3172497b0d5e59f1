/**
 * What a door hands to the hall: one verified request to run something, in words that no platform owns.
 * Pure types. Rooms may import this file; it imports nothing of a platform.
 */
import type { Json, PawlRecord } from '../json.ts'

/** Who asked, from the verified envelope only; never a display name. */
export interface Actor {
  /** The chat system, `slack` or `discord`. */
  readonly platform: string
  /** The person's own Slack team (`T…`) or the Discord guild; part of the identity. */
  readonly workspace: string
  /** The platform's user id. */
  readonly id: string
}

/**
 * Whether somebody belongs to the workspace: a full member does; a guest, somebody of another workspace in a shared channel
 * and a bot are outside. Unknown where the platform's request does not tell.
 */
export type Standing = 'member' | 'outside' | 'unknown'

/**
 * The room in which it was asked: where answers go, and who reads them. `name` is for people to read and is never used to decide
 * anything.
 */
export interface Channel {
  readonly id: string
  readonly kind: 'channel' | 'direct'
  /** Where a thread is a room of its own, the room that it is in: what holds for that one holds in it. */
  readonly parent?: string
  readonly name?: string
}

/** What was asked: a line of text, or (Discord) a command whose options the platform has already typed. */
export type Input =
  /** `plain` when the house wrote it itself, as an alias written out: it is read to the letter, no client has changed it. */
  | { readonly kind: 'line'; readonly text: string; readonly plain?: true }
  | { readonly kind: 'command'; readonly path: readonly string[]; readonly options: ReadonlyMap<string, Json> }

/**
 * Where answers to this invocation go. Opaque to everything behind the door: only the platform's courier reads more
 * than `platform`. It may hold bearer secrets (response_url, interaction token): never log it, never audit it.
 */
export type Address = { readonly platform: string } & { readonly [key: string]: Json }

export interface Invocation {
  /** The door it came through: `slack.command`, `slack.event`, `slack.action`, `discord.command`, `discord.component`, … */
  readonly source: string
  /** The platform's delivery id with its kind in front (`slack:trigger:…`, `discord:interaction:…`): the key of deduplication. */
  readonly delivery: string
  readonly actor: Actor
  /** From the verified envelope, as far as it tells. */
  readonly standing: Standing
  readonly channel: Channel
  readonly input: Input
  /** What the first stage gets as its record: the message that a shortcut was used on. */
  readonly record?: PawlRecord
  /** Keys of the accounts that wrote the aliases in the line which opened the form that this is. */
  readonly authors?: readonly string[]
  readonly address: Address
  /** True when the HTTP response carries the answer; false when only the courier can (a Slack event has no reply body). */
  readonly answersInResponse: boolean
  /** Milliseconds since 1970, when the request reached the door. */
  readonly receivedAt: number
}

/** `slack:T1:U1`: the one way an actor is written in settings, audit and messages for operators. */
export function actorKey({ platform, workspace, id }: Actor): string {
  return `${platform}:${workspace}:${id}`
}
