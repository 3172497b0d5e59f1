/** Options that every command has beside its own. Pure. */
import type { Token } from '../language/tree.ts'
import type { Command } from './command.ts'

/** What may be written on any stage of a line. */
export interface Flags {
  /** `--dry-run`: say what it would do, and do nothing. It holds for the whole line. */
  readonly dryRun: boolean
  /** `--form`: ask for the options in a form. */
  readonly form: boolean
  /** `--why "…"`: the reason it is asked for, for those who approve and for the log, without tokens. */
  readonly because: string | null
}

export const NO_FLAGS: Flags = { dryRun: false, form: false, because: null }

/** A command cannot have options of these names. */
export const FLAG_NAMES: readonly string[] = ['help', 'form', 'dry-run', 'why']

/** As much as fits under a message that asks for approval. */
export const BECAUSE_MAX = 300

/** A command with one of these options has it said there. */
const SAYS_WHY: readonly string[] = ['reason', 'note']

/**
 * True where the reason is asked for beside the options: its module wants approval, or it changes something before all eyes, so that a
 * rule may. What is answered to the asker alone, as most of Pawl's own commands are, takes `--why` on a line.
 */
export function asksWhy({
  approver,
  effects,
  options,
  answer,
}: Pick<Command, 'approver' | 'effects' | 'options' | 'answer'>): boolean {
  const open = effects === 'write' && answer === 'channel'
  return approver !== null || (open && !options.some(({ name }) => SAYS_WHY.includes(name)))
}

/** What the flags of all stages say together. */
export function joinFlags(all: readonly Flags[]): Flags {
  return {
    dryRun: all.some(({ dryRun }) => dryRun),
    form: all.some(({ form }) => form),
    because: all.find(({ because }) => because !== null)?.because ?? null,
  }
}

/** True for a long option of this name without a value: `--help`. */
export function isSwitch(token: Token, name: string): boolean {
  return token.kind === 'option' && token.long && token.name === name && token.value === null
}
