/**
 * The hall as a door sees it. Types only; `src/runs/` implements it and `src/app.ts` hands it to the doors, so that a
 * platform knows nothing of what lies behind.
 */
import type { FieldValue, Form, FormLimits } from '../form/form.ts'
import type { Json, PawlRecord } from '../json.ts'
import type { Actor, Address, Invocation } from './invocation.ts'
import type { Reply } from './reply.ts'

/** Why a door turned a request away: the code goes to the audit, the caller gets only the HTTP status. */
export interface Refusal {
  /** The route: `slack.commands`, `slack.events`, `slack.interactions`, `discord.interactions`. */
  readonly door: string
  /** Stable, lower-case, underscores: `signature_mismatch`, `timestamp_stale`, `body_too_large`, `workspace_not_allowed`, … */
  readonly reason: string
  /** Only once the signature has been verified. */
  readonly actor?: Actor
}

/** The part of the Workers execution context that the house uses. */
export interface Lifetime {
  waitUntil(promise: Promise<unknown>): void
}

/** Who asks for something that is no run yet, and where; from the verified envelope. */
export type Asking = Pick<Invocation, 'actor' | 'standing' | 'channel'>

/** An answer, and the form that would mend what it complains of: a door that can opens it instead of showing the answer. */
export interface Answer extends Reply {
  readonly form?: Form
}

/** A form to show, or why there is none. */
export type Opened =
  | { readonly ok: true; readonly form: Form }
  /** `refused` is why, where the door tells the audit: it is nothing to whoever asked for it. */
  | { readonly ok: false; readonly reply: Reply; readonly refused?: string }

/** A shortcut: on a message, that becomes the first record of a line; or from anywhere, to pick a command. */
export type Shortcut = Asking & {
  /** Where the answer of what is run goes. */
  readonly address: Address
} & ({ readonly kind: 'message'; readonly record: PawlRecord } | { readonly kind: 'global' })

/** One step of a form as it was filled in. The room is the one in which it was asked for. */
export interface Submission
  extends Pick<Invocation, 'source' | 'actor' | 'standing' | 'answersInResponse' | 'receivedAt'> {
  /** The form's. */
  readonly id: string
  readonly step: number
  /** By field; what was left empty is left out, null or the empty text. Other names are not looked at. */
  readonly values: ReadonlyMap<string, FieldValue | null>
  /** Where the answer goes; null where the request does not tell: then where the form was asked for. */
  readonly address: Address | null
}

export type Submitted =
  /** Nothing was run. The step with the first problem, with what was typed; each problem stands in its field, too. */
  | { readonly kind: 'problems'; readonly form: Form; readonly problems: ReadonlyMap<string, string> }
  /** The next step, or the form of the command that was picked. */
  | { readonly kind: 'next'; readonly form: Form }
  /** `told`: the courier brings the answer, this is at most a word in between; else the door shows it. */
  | { readonly kind: 'reply'; readonly reply: Answer; readonly told: boolean }

/** An option of a command that is being typed. */
export interface TypedOption {
  readonly path: readonly string[]
  readonly option: string
  readonly typed: string
  /** The other options, as far as they are known. */
  readonly others: ReadonlyMap<string, Json>
}

/** A field of a form that is being typed. */
export interface TypedField {
  /** The form's id. */
  readonly form: string
  readonly field: string
  readonly typed: string
  /** The step's other fields, as far as the platform tells; those of earlier steps are kept with the form. */
  readonly values: ReadonlyMap<string, FieldValue | null>
}

export interface Hall {
  /**
   * Admits, authorises and runs (or queues) one verified invocation, and resolves within the platforms' 3 s with what to
   * put into the HTTP response. A reply marked `pending` is followed by the final one through the platform's courier.
   * Never rejects: when the house cannot work, the reply says that nothing was run.
   *
   * @param limits of the forms that this door can open now; without them none comes along
   */
  admit(invocation: Invocation, lifetime: Lifetime, limits?: FormLimits): Promise<Answer>
  /**
   * Lines that complete the one being typed, out of what the person may run; none rather than late. Never rejects, runs
   * nothing.
   */
  complete(who: Asking, typed: string): Promise<readonly string[]>
  /** Values that complete an option being typed; as {@link Hall.complete}. */
  completeOption(who: Asking, typed: TypedOption): Promise<readonly string[]>
  /** Values that complete a `completed` field of the person's own form; as {@link Hall.complete}. */
  completeField(who: Pick<Invocation, 'actor' | 'standing'>, typed: TypedField): Promise<readonly string[]>
  /** The person's own form, with what was typed so far: at the step that is next. Never rejects. */
  openForm(who: Pick<Invocation, 'actor' | 'standing'>, id: string, limits: FormLimits): Promise<Opened>
  /** The form that a shortcut opens. Never rejects. */
  shortcut(shortcut: Shortcut, limits: FormLimits): Promise<Opened>
  /** Takes one step of a form; the last one becomes a run, by the same way as {@link Hall.admit}, once. Never rejects. */
  submitForm(submission: Submission, lifetime: Lifetime, limits: FormLimits): Promise<Submitted>
  /** Records a refused request in the audit, within a rate limit; returns at once. */
  refuse(refusal: Refusal, lifetime: Lifetime): void
}
