/** Schemas for what zod has no word for: people and channels, and values of any kind. Pure. */
import * as z from 'zod'
import type { Json } from '../json.ts'

/** What an option may hold at most: every JSON value but null, which no option takes for a value. */
export type JsonArgument = Exclude<Json, null>

const NO_NULL = 'is null here: give a value, or leave out such records first, as in filter --path'

/**
 * A Slack id (`U024BE7LH`, `C0123ABCD`) or a Discord snowflake. The platforms put these behind a mention; a name never
 * decides who is meant (design, section 2, *actor*).
 */
const PLATFORM_ID = /^[A-Z0-9][A-Z0-9_]{1,63}$/

/** Option schemas beside those of zod. */
export const option = {
  /**
   * A person, as a platform user id.
   *
   * @example who: option.user().describe('Whom to add')
   */
  user: () => z.string().regex(PLATFORM_ID, 'mention a person with @').meta({ kind: 'user' }),
  /**
   * A channel, as a platform channel id.
   *
   * @example where: option.channel().describe('Where to post')
   */
  channel: () => z.string().regex(PLATFORM_ID, 'mention a channel with #').meta({ kind: 'channel' }),
  /**
   * A value of any kind: what is typed stays text to the letter, a `$variable` keeps its JSON value. Null is refused.
   *
   * @example to: option.json().describe('The new value')
   */
  json: () =>
    z
      .unknown()
      .refine((value) => value !== undefined && value !== null, NO_NULL)
      // Values come out of JSON and nowhere else, so that what is neither undefined nor null is this.
      .meta({ kind: 'json' }) as unknown as z.ZodType<JsonArgument, JsonArgument>,
} as const
