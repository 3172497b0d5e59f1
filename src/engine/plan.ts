/** What would run: the types of a plan, and what a queued run keeps of its input. Pure. */
import type { Input } from '../chat/invocation.ts'
import type { Block } from '../chat/reply.ts'
import type { Care } from '../command/care.ts'
import type { Arguments, Command, PartlyChecked, SingletonClaim } from '../command/command.ts'
import type { Json, PawlRecord } from '../json.ts'
import type { Token } from '../language/tree.ts'
import type { Target } from '../runs/courier.ts'

/** One stage as it would run. */
export interface PlannedStage {
  readonly command: Command
  /** Null when they depend on records: then `tokens` are bound to each record before its effect. */
  readonly args: Arguments | null
  /** What is known of arguments that depend on records: a rule that refuses on the literal ones refuses before anything runs. */
  readonly known: PartlyChecked | null
  /** What follows the command's name on the line; empty when the platform typed the arguments. */
  readonly tokens: readonly Token[]
}

interface PlanBase {
  /** What was asked, as it may be shown and kept: secrets and tokens masked, at most 500 characters. */
  readonly line: string
  /** The commands that were found, in order; those of a refused plan may not be all. */
  readonly commands: readonly Command[]
  /** True when what was asked holds, or may hold, a secret. */
  readonly secretive: boolean
}

/** A plan that could run, if policy allows. */
export interface RunnablePlan extends PlanBase {
  readonly ok: true
  readonly stages: readonly [PlannedStage, ...PlannedStage[]]
  readonly effects: Command['effects']
  readonly mode: 'inline' | 'job'
  readonly retry: Command['retry']
  /** Private as soon as one stage's answer is: what is piped on must not leak. */
  readonly answer: Command['answer']
  /** The deadline of the whole, in milliseconds. */
  readonly timeoutMs: number
  readonly startWithinMs: number
  /** The locks of all stages, each once, in the fixed order in which every run takes them. */
  readonly singletons: readonly SingletonClaim[]
  /** What its modules want before it starts; rules may ask for more. */
  readonly care: Care
  /** The same of each stage, in their order; nothing where its arguments are not known yet. */
  readonly cares: readonly Care[]
  /** True: nothing is changed, each stage says what it would do. */
  readonly dry: boolean
  /** What the asker gave as his reason, with `--why`. */
  readonly because: string | null
  /** Where redirects send the answer; none: where it was asked. */
  readonly targets: readonly Target[]
  /** What the first stage starts with: the message that the line is run on. */
  readonly record: PawlRecord | null
}

/** A plan that cannot run, and how to say so. */
export interface RefusedPlan extends PlanBase {
  readonly ok: false
  readonly code: 'empty' | 'syntax' | 'unknown_command' | 'usage' | 'form' | 'help' | 'unsupported' | 'limit'
  /** What is wrong and what to do; names only commands out of `allowed`. */
  explain(allowed: readonly Command[]): readonly Block[]
  /** The form that would mend it: a single command that lacks options, or whose form was asked for. */
  readonly form?: FormWanted
}

/** A command whose options are to be asked for. */
export interface FormWanted {
  readonly command: Command
  /** What was given already; secrets are left out. */
  readonly given: { readonly [option: string]: Json }
  /** What `--dry-run` and `--why` said, as a platform would type them. */
  readonly flags: { readonly [flag: string]: Json }
}

export type Plan = RunnablePlan | RefusedPlan

/** A line, as a platform sent it or as the house wrote it. */
export type LineInput = Extract<Input, { kind: 'line' }>

/** What a queued run keeps of its input. */
export type StoredInput =
  | LineInput
  | {
      readonly kind: 'command'
      readonly path: readonly string[]
      readonly options: readonly (readonly [string, Json])[]
    }

export function inputToJson(input: Input): StoredInput {
  return input.kind === 'line' ? input : { kind: 'command', path: input.path, options: [...input.options] }
}
