/** Reads the options that every command has beside its own, wherever they stand on a stage. Pure. */
import { maskTokens } from '../audit/tokens.ts'
import type { Json } from '../json.ts'
import type { Token } from '../language/tree.ts'
import type { BindProblem } from './bind.ts'
import { BECAUSE_MAX, FLAG_NAMES, type Flags, isSwitch } from './flags.ts'

type Word = Token & { kind: 'word' }
type OptionToken = Token & { kind: 'option' }

/** One stage's flags in progress: what was given so far and what is wrong so far. */
export class FlagReader {
  readonly problems: BindProblem[] = []
  /** `--help` was asked for. */
  help = false
  #dryRun = false
  #form = false
  #because: string | null = null

  /** True for a token that is one of the flags; no command has an option of its name. */
  knows({ long, name }: OptionToken): boolean {
    return long && FLAG_NAMES.includes(name)
  }

  /** Takes one of the flags; true when it took the word after it as its value. */
  take(token: OptionToken, next: Word | null): boolean {
    if (token.name === 'why') return this.#reason(token, next)
    if (isSwitch(token, 'help')) this.help = true
    else if (isSwitch(token, 'form')) this.#form = true
    else if (isSwitch(token, 'dry-run')) this.#dryRun = true
    else this.#complain(`--${token.name} takes no value`, token)
    return false
  }

  /** Takes a flag that a platform has typed; false for what is none. */
  typed(name: string, value: Json): boolean {
    if (name === 'dry-run' && typeof value === 'boolean') this.#dryRun = value
    else if (name === 'why' && typeof value === 'string')
      this.#because = maskTokens(value.trim()).slice(0, BECAUSE_MAX) || null
    else return false
    return true
  }

  flags(): Flags {
    return { dryRun: this.#dryRun, form: this.#form, because: this.#because }
  }

  #reason(token: OptionToken, next: Word | null): boolean {
    const value = token.value ?? next?.value
    const text = value?.kind === 'text' ? value.text.trim() : ''
    if (text === '' || text.length > BECAUSE_MAX)
      this.#complain(
        `--why needs the reason, written out, in 1 to ${BECAUSE_MAX} characters: --why "the shop is down"`,
        token,
      )
    else if (this.#because !== null) this.#complain('--why is given twice: give it once', token)
    else this.#because = maskTokens(text)
    return token.value === null && next !== null
  }

  #complain(message: string, { at, end }: OptionToken): void {
    this.problems.push({ option: null, message, place: { at, end } })
  }
}
