/** A form as a door shows it: what is asked, without a platform. Pure types. */

/**
 * How a field is filled in. `lines` is text of several lines (of a list: one value a line), `secret` is text that is kept nowhere,
 * `completed` is text whose values `Hall.completeField` suggests. A platform that lacks one shows text instead.
 */
export type FieldKind = 'text' | 'lines' | 'secret' | 'choice' | 'boolean' | 'number' | 'user' | 'channel' | 'completed'

/** What a field holds: text, several texts of a list, or a yes and no. */
export type FieldValue = string | boolean | readonly string[]

export interface Field {
  /** Unique within the form: an option's name, 1 to 32 characters. */
  readonly name: string
  readonly label: string
  readonly hint: string
  readonly kind: FieldKind
  /** Several values. */
  readonly list: boolean
  readonly required: boolean
  /** Of a `choice`. */
  readonly choices?: readonly string[]
  /** What stands in it when it is opened. Never that of a secret. */
  readonly value?: FieldValue
  /** Of a `number`: its bounds, and whether it is a whole one. */
  readonly min?: number
  readonly max?: number
  readonly whole?: true
  /** At most so many characters, of a text. */
  readonly length?: number
  /** What is wrong with what was typed. */
  readonly problem?: string
}

/** One step of a form. */
export interface Form {
  /** `f_` and 16 characters; worth nothing to anybody else. */
  readonly id: string
  readonly title: string
  readonly intro: string | null
  /** 1 is the first. */
  readonly step: number
  readonly steps: number
  readonly fields: readonly Field[]
  /** On the button: `Run`, `Next`. */
  readonly submit: string
}

/** What a platform can show. */
export interface FormLimits {
  /** Fields in one step. */
  readonly fields: number
  /** How much the fields of one step may weigh together, and what one weighs at most, whatever is typed into it. */
  readonly weight?: { readonly most: number; of(field: Field): number }
}

/** What a form id looks like. */
export const FORM_ID = /^f_[0-9a-hjkmnp-tv-z]{16}$/
