/** What reading gives: a value, or why there is none, as the rest of a sentence about the place. Pure. */

export type Read<T> = { readonly ok: true; readonly value: T } | Unread

export interface Unread {
  readonly ok: false
  readonly why: string
}

/** @example wrong('it is not JSON') */
export function wrong(why: string): Unread {
  return { ok: false, why }
}
