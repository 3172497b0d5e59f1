/**
 * The platform-neutral answer: what a person is told, before a platform renders it. Pure; plain JSON, so that it can be
 * stored with the run and given again to a duplicate delivery.
 */
import type { Markdown } from './markdown.ts'

/** One part of a reply, top to bottom. */
export type Block =
  | { readonly kind: 'text'; readonly text: Markdown }
  /** Fixed-width text, kept to the letter: tables, logs, a marked error. */
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'fields'; readonly fields: readonly { readonly name: string; readonly value: Markdown }[] }
  /** Small print under the rest. */
  | { readonly kind: 'note'; readonly text: Markdown }
  | { readonly kind: 'buttons'; readonly buttons: readonly Button[] }

/** `id` comes back when it is pressed; it must mean nothing without a check on the server. At most 100 characters. */
export interface Button {
  readonly id: string
  readonly label: string
  readonly style?: 'primary' | 'danger'
}

export interface Reply {
  /** `private` is seen by the asker only (Slack: ephemeral; Discord: the ephemeral flag). */
  readonly visibility: 'channel' | 'private'
  readonly tone: 'plain' | 'success' | 'warning' | 'failure'
  readonly blocks: readonly Block[]
  /** True for a word in between ("queued", "working on it"): the final answer will take its place. */
  readonly pending?: true
}

/** The usual reply: one paragraph. */
export function textReply(text: Markdown, options: Partial<Omit<Reply, 'blocks'>> = {}): Reply {
  return { visibility: 'private', tone: 'plain', ...options, blocks: [{ kind: 'text', text }] }
}
