/** What a module writes: the argument of `defineCommand`, with the types that its schemas imply. Pure types. */
import type * as z from 'zod'
import type { ReadonlyRecord } from '../json.ts'
import type { CompletionContext, Context, SingletonClaim, View } from './command.ts'

export type OptionSchemas = { readonly [name: string]: z.ZodType }

/** What a handler may give back: records, one record, a scalar (becomes `{ value }`), or nothing. */
export type HandlerResult = readonly ReadonlyRecord[] | ReadonlyRecord | string | number | boolean | null | undefined

/** What the handler gets: validated and defaulted. */
export type ArgumentsOf<O extends OptionSchemas> = { [name in keyof O]: z.output<O[name]> }

/** The record that flows on from what a handler returned: a scalar becomes `{ value }`. */
export type RecordOf<R> = R extends readonly (infer One)[]
  ? One
  : R extends ReadonlyRecord
    ? R
    : R extends string | number | boolean
      ? { value: R }
      : never

export interface Definition<O extends OptionSchemas, R extends HandlerResult> {
  /** 1 to 3 words: `deploy`, `pack install`. */
  readonly name: string
  /** One line for lists and for Discord, 1 to 100 characters. */
  readonly summary: string
  /** More, for the command's own help. */
  readonly description?: string
  /** In positional order, required ones first. */
  readonly options?: O
  /** How it takes what comes through a pipe; `each` (once per record) unless told. */
  readonly input?: 'each' | 'all' | 'none'
  /** `write` when it changes anything outside of Pawl. */
  readonly effects: 'read' | 'write'
  /** `inline` (default) answers at once, up to 25 s; `job` runs from the queue, up to 24 hours if it is written in steps. */
  readonly run?: 'inline' | 'job'
  /** Who sees the answer; `channel` unless told. Refusals are always private; how a job ended is told where it was asked. */
  readonly answer?: 'channel' | 'private'
  /**
   * Runs with the same key never overlap. Null: this run needs no lock. While another run holds it, this one is refused
   * (`reject`), waits in line (`queue`), or executes nothing and gets the result of that run (`join`). Only a line that is this
   * one command, without redirects, joins, and only a run of the same command; otherwise it waits in line.
   */
  readonly singleton?: (args: ArgumentsOf<O>) => SingletonClaim | null
  /** Whether it gets a slash command of its own (default); false for what makes sense only after a pipe. */
  readonly slash?: boolean
  /**
   * How long the handler may take, as `90s` or `10m`: 20s unless told, 10m for a job. A job's time counts from its first start, its
   * waits included; between two steps it may work for 14m.
   */
  readonly timeout?: string
  /** A queued run older than this expires instead of running late; 10m unless told. */
  readonly startWithin?: string
  /** May an attempt that crashed, or broke with a fault, be repeated, up to 3 tries? `unsafe` unless told. */
  readonly retry?: 'safe' | 'unsafe'
  /** Shipped requirements on this command; nobody holds them until granted. */
  readonly rules: readonly [string, ...string[]]
  /** The asker sees what would run, and confirms it within 2 minutes; `true` is always, with a button. */
  readonly confirm?:
    | boolean
    | {
        readonly when?: (args: ArgumentsOf<O>) => boolean
        /** What has to be typed instead of pressing a button, 1 to 60 characters. */
        readonly word?: (args: ArgumentsOf<O>) => string
      }
  /** Other people with this permission must agree before it starts. */
  readonly approval?: {
    readonly permission: string
    readonly when?: (args: ArgumentsOf<O>) => boolean
    /** How many people, 1 unless told, at most 5. */
    readonly count?: number
    /** 15m unless told. */
    readonly expires?: string
    /** True: the asker must say why, with `--why`. */
    readonly reason?: boolean
  }
  readonly complete?: {
    readonly [name in keyof O]?: (
      typed: string,
      ctx: CompletionContext,
    ) => Promise<readonly string[]> | readonly string[]
  }
  /**
   * What no schema can know of an option that was given: throws a `CommandFailure` for a value that will not do now, as a date that
   * is past. A form asks before it closes, and says so beside the field. A line does not ask: the handler has to refuse the same.
   */
  readonly check?: {
    readonly [name in keyof O]?: (args: ArgumentsOf<O>, ctx: Context) => Promise<unknown> | unknown
  }
  /** A line and what it does. */
  readonly examples?: readonly (readonly [line: string, what: string])[]
  readonly handler: (args: ArgumentsOf<O>, ctx: Context) => Promise<R> | R
  /**
   * What the handler would do with the same arguments, without doing it: for `--dry-run`, for confirmations, for rooms set to
   * practice. What it gives is shown as fields or a table. A command that only reads needs none.
   */
  readonly dryRun?: (args: ArgumentsOf<O>, ctx: Context) => Promise<HandlerResult> | HandlerResult
  /** What is said when it gives no records: a sentence, as `Nothing waits for your word.` */
  readonly empty?: string
  /** How the records look in the chat; without it, or when it gives null, they show as fields or a table. */
  readonly view?: (records: readonly [RecordOf<R>, ...RecordOf<R>[]]) => View | null
}
