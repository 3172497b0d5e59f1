/** What users, groups, roles, rooms and chat accounts may be called. Pure. */

/** Names of users, groups and roles: what can be typed without quotes. */
export const NAME = /^[a-z0-9][a-z0-9._-]{0,39}$/

export const NAME_ADVICE =
  'use 1 to 40 lower-case letters, digits, dots, dashes and underscores, starting with a letter or digit'

/**
 * What reads like the id of a chat account, in small letters: Slack's (`u024be7lh`) and Discord's (`1180000000000000011`). As a user's
 * name it could be taken for that account.
 */
export const ACCOUNT_ID = /^(?:[uw](?=[a-z]*\d)[a-z0-9]{8,10}|\d{15,})$/

/** As people see it in the chat, `#ops`. Names of Discord's threads hold spaces; platforms allow 100 characters. */
export const ROOM_NAME = /^#[^\s\p{Cc}]+(?: [^\s\p{Cc}]+)*$/u
export const ROOM_NAME_MAX = 101

/** `slack:C123`: a room as the platform numbers it. */
export const ROOM_REF = /^[a-z]+:[^:\s\p{Cc}]+$/u

/** `slack:T1:U1`: a chat account, as `actorKey` writes it. */
export const IDENTITY = /^[a-z]+:[^:\s\p{Cc}]+:[^:\s\p{Cc}]+$/u

/** Text with it is cut or refused by SQLite, and nobody means it. */
export const NUL = '\0'
