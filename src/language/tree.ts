/**
 * The tree of one pipeline line. Pure types: `parse.ts` makes it, `print.ts` writes it back, binding reads it.
 * Positions are offsets in UTF-16 units into the line after {@link normalise}, so that a later error can point back.
 */

/** Half-open range of the line. */
export interface Place {
  readonly at: number
  readonly end: number
}

/** `$x.key[0]` as `['x', 'key', 0]`. */
export type Path = readonly [string, ...(string | number)[]]

export type Value =
  /**
   * Text known when the line is typed. `quoted` is true when any piece of it stood in quotes, was escaped, or came after
   * `--`: such a word is an argument, never a part of a command's name.
   */
  | { readonly kind: 'text'; readonly text: string; readonly quoted: boolean }
  /** The whole word is one variable: it keeps its JSON type when bound. */
  | { readonly kind: 'variable'; readonly path: Path }
  /** Text and variables side by side: always becomes text. */
  | { readonly kind: 'template'; readonly pieces: readonly (string | Path)[] }

export type Token = Place &
  (
    | { readonly kind: 'word'; readonly value: Value }
    /** `--name`, `--name=value`, `-f`, `-f=value`; `value` is null without `=`. `long` is false for `-f`. */
    | { readonly kind: 'option'; readonly name: string; readonly long: boolean; readonly value: Value | null }
  )

export interface Stage extends Place {
  readonly tokens: readonly Token[]
}

/** `> #ops`; `*> #ops me` makes one redirect per target, `all` true. */
export interface Redirect extends Place {
  readonly to: Value
  readonly all: boolean
}

export interface Pipeline {
  readonly stages: readonly [Stage, ...Stage[]]
  readonly redirects: readonly Redirect[]
}

/** What is wrong with a line, where, and what to write instead. */
export interface LanguageError extends Place {
  readonly message: string
}

export type ParseResult =
  | { readonly ok: true; readonly pipeline: Pipeline; readonly line: string }
  | { readonly ok: false; readonly error: LanguageError; readonly line: string }
