/**
 * A command as the house knows it: what `defineCommand` makes of a module, read once. Pure types.
 */
import type { Actor, Channel } from '../chat/invocation.ts'
import type { Markdown } from '../chat/markdown.ts'
import type { Block } from '../chat/reply.ts'
import type { Json, PawlRecord, ReadonlyJson, StepValue } from '../json.ts'
import type { Care } from './care.ts'

/**
 * The JSON type that an option's words are read as; `user` and `channel` are platform ids. `json` is text as typed, and
 * whatever a `$variable` holds.
 */
export type OptionKind = 'string' | 'integer' | 'number' | 'boolean' | 'user' | 'channel' | 'json'

/** One option, read from its zod schema through `z.toJSONSchema`. */
export interface Option {
  readonly name: string
  readonly kind: OptionKind
  /** True for an array of `kind`. */
  readonly list: boolean
  readonly required: boolean
  /** From `.describe()`. */
  readonly summary: string
  /** Absent when there is none; `null` is a value. */
  readonly default?: Json
  readonly choices?: readonly (string | number)[]
  /** One letter, from `.meta({ short: 'f' })`. */
  readonly short?: string
  /** From `.meta({ secret: true })`: masked in echo, audit, history, errors. */
  readonly secret: boolean
  /** From `.meta({ rest: true })`: takes the rest of the stage as it was typed, options and all. Only the last one. */
  readonly rest?: true
  /** From `.meta({ words: true })`: a list whose values are the words of one text, as a note is. */
  readonly words?: true
  /** Bounds of a number, or of a text's length in characters, or of a list's length. */
  readonly min?: number
  readonly max?: number
  readonly complete: boolean
}

/** What the handler gets, validated and defaulted: the same values that rules see. */
export type Arguments = { readonly [option: string]: Json | undefined }

/** What a handler may give back: records, one record, a scalar (becomes `{ value }`), or nothing. */
export type Result = readonly PawlRecord[] | PawlRecord | string | number | boolean | null | undefined

/** What a handler may use of the house. */
export interface Context {
  /** The id of this run, as people see it. */
  readonly run: string
  readonly actor: Actor
  readonly channel: Channel
  /** The record that came through the pipe; empty for the first stage. */
  readonly record: PawlRecord
  /** With `input: 'all'`, every record that came through the pipe. */
  readonly records: readonly PawlRecord[]
  /** Fires on cancellation, on the deadline, and when this attempt has lost its claim. Pass it to every fetch. */
  readonly signal: AbortSignal
  /** Milliseconds since 1970. */
  now(): number
  readonly fetch: typeof fetch
  /** A variable or secret of the deployment (`wrangler.toml` [vars], `wrangler secret put`); undefined when it is not set. */
  setting(name: string): string | undefined
  /** Tells the room how far it is; `fraction` from 0 to 1. Shown for jobs, coalesced to what the platform allows. */
  progress(text: string, fraction?: number): Promise<void>
  /** Keeps a line with the run, for `run log`; at most 1,000 lines and 64 KB of a run. */
  log(text: string): void
  /**
   * The same for every attempt of this call, and for nothing else: give it to what is called outside as its idempotency key, so
   * that a repeated attempt does not act twice. With several effects in one call, add a word of your own.
   */
  readonly effectKey: string
  /**
   * Does a piece of work once: what it gives (JSON, at most 64 KB) is stored before it is given on, and a later attempt of a job
   * gets the stored value, without calling `fn`. A name stands for one step of a call. Inline, where nothing is repeated, it just
   * calls `fn`.
   *
   * @example const { id } = await ctx.step('start', () => startRollout(ctx.effectKey))
   */
  step<T extends StepValue>(name: string, fn: () => Promise<T> | T): Promise<T>
  /**
   * Waits, as `90s` or `2h`. A job that waits 5 s or more is put aside and holds no consumer: afterwards its handler is started
   * again from the beginning, with its stored steps. So code outside of a step may run again.
   */
  sleep(duration: string): Promise<void>
  /**
   * Calls `fn` at once and then every so often, until it gives something other than undefined, null or false; waits between as
   * {@link Context.sleep} does. What it gave is stored as a step.
   *
   * @throws CommandFailure after `timeout`, if there is one
   */
  poll<T extends StepValue>(
    every: string,
    fn: () => Promise<T> | T,
    options?: { readonly timeout?: string },
  ): Promise<Found<T>>
}

/** What ends a poll. */
export type Found<T> = Exclude<Extract<T, ReadonlyJson>, null | false>

/** What completing an option may use: there is no run yet. */
export type CompletionContext = Pick<Context, 'actor' | 'channel' | 'signal' | 'now' | 'fetch' | 'setting'>

export interface SingletonClaim {
  /** The lock's name; runs with the same key never overlap. At most 200 characters. */
  readonly key: string
  /** `join`: take the result of the run that holds it, if that runs the same command; a pipeline waits instead. */
  readonly whenBusy: 'reject' | 'queue' | 'join'
}

/** What may be shown at once: rich text, or blocks. */
export type Shown = Markdown | readonly Block[]

/** A command that a view offers: whoever presses it runs this line, by his own rights. */
export interface NextCommand {
  /** On the button, at most 75 characters. */
  readonly label: string
  /** A whole line: `deploy web prod`. */
  readonly run: string
}

/** What `view` may give: something to show, or that and what may be done next. */
export type View = Shown | { readonly show: Shown; readonly actions: readonly NextCommand[] }

export interface Command {
  /** 1 to 3 words. */
  readonly path: readonly string[]
  /** The words with spaces, as people type it: `pack install`. */
  readonly name: string
  /** The words with colons, as rules name it: `pack:install`. */
  readonly key: string
  readonly summary: string
  readonly description: string
  /** In positional order. */
  readonly options: readonly Option[]
  readonly input: 'each' | 'all' | 'none'
  readonly effects: 'read' | 'write'
  readonly run: 'inline' | 'job'
  /** Who sees the answer of a success. */
  readonly answer: 'channel' | 'private'
  /** False: reached through `/pawl` only, as it makes sense only after a pipe. */
  readonly slash: boolean
  readonly timeoutMs: number
  /** A queued run older than this expires instead of running late. */
  readonly startWithinMs: number
  readonly retry: 'safe' | 'unsafe'
  readonly rules: readonly string[]
  readonly examples: readonly (readonly [line: string, what: string])[]
  /** Validates and defaults raw values; the only way to make {@link Arguments}. */
  check(raw: { readonly [option: string]: Json }): Checked
  /**
   * Each option by itself, for arguments that are not all known yet: what is good is validated and defaulted as by `check`;
   * the rest, and what is named in `spoilt`, is unknown.
   */
  checkEach(raw: { readonly [option: string]: Json }, spoilt: ReadonlySet<string>): PartlyChecked
  singleton(args: Arguments): SingletonClaim | null
  /** What must be given before it starts, by its module; rules may ask for more. */
  care(args: Arguments): Care
  /** The permission whose holders approve it, with some arguments at least, by its module; null: it asks for no approval. */
  readonly approver: string | null
  /** What its module asks for before it starts, in words, as `a confirmation`; empty: nothing. */
  readonly asksFor: readonly string[]
  /** Whether those who approve it want to know why, by its module, whatever the arguments. */
  readonly wantsWhy: boolean
  /** What it would do, with the same arguments, without doing it; null when its module cannot say. */
  readonly dryRun: ((args: Arguments, ctx: Context) => Promise<Result> | Result) | null
  /**
   * What is wrong with the options now that no schema can know; null when its module looks at none. Changes nothing. Rejects when a
   * check breaks instead of refusing.
   */
  readonly checkNow: ((args: Arguments, ctx: Context) => Promise<readonly OptionProblem[]>) | null
  /** What may continue the text typed for an option, at most 25 (Discord's limit); empty without a completer. */
  complete(option: string, typed: string, ctx: CompletionContext): Promise<readonly string[]>
  handler(args: Arguments, ctx: Context): Promise<Result> | Result
  /** What is said when there are none; null: that there is nothing to show. */
  readonly empty: string | null
  /** The command's own view of its records; null when it has none. */
  view(records: readonly [PawlRecord, ...PawlRecord[]]): View | null
}

export interface OptionProblem {
  readonly option: string
  readonly message: string
}

export type Checked =
  | { readonly ok: true; readonly args: Arguments }
  | { readonly ok: false; readonly problems: readonly OptionProblem[] }

export interface PartlyChecked {
  readonly args: Arguments
  /** Options of which nothing can be said. */
  readonly unknown: ReadonlySet<string>
}
