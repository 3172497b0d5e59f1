/** What the variables in an argument stand for. Pure. */
import type { Path, Value } from '../language/tree.ts'
import type { ValueReading } from './read-value.ts'

/** Looks a variable up in the current record. */
export type Resolve = (path: Path) => ValueReading

/** Characters that the variables of one call may fill in: as much as passes between two stages (`engine/records.ts`). */
const LOOKED_UP_MAX = 1_000_000

/** The resolver of a stage that has no record before it. */
export const noRecord: Resolve = (path) => ({
  ok: false,
  message: `${variableText(path)} has no value here: no record has come through a pipe`,
})

/** `['x', 'a key', 0]` as a person types it: `$x["a key"][0]`. */
export function variableText([head, ...rest]: Path): string {
  const step = (key: string | number) =>
    typeof key === 'number' ? `[${key}]` : /^[A-Za-z_]\w*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`
  return `$${head}${rest.map(step).join('')}`
}

/** Reads the variables of one call: a line can name one 5,000 times, and what that makes must not fill the memory. */
export class ValueReader {
  readonly #resolve: Resolve
  #room = LOOKED_UP_MAX

  constructor(resolve: Resolve) {
    this.#resolve = resolve
  }

  read(value: Exclude<Value, { kind: 'text' }>): ValueReading {
    if (value.kind === 'variable') return this.#valueOf(value.path)
    let text = ''
    for (const piece of value.pieces) {
      const found: ValueReading = typeof piece === 'string' ? { ok: true, value: piece } : this.#valueOf(piece)
      if (!found.ok) return found
      text += typeof found.value === 'string' ? found.value : JSON.stringify(found.value)
    }
    return { ok: true, value: text }
  }

  #valueOf(path: Path): ValueReading {
    const found = this.#resolve(path)
    if (!found.ok) return found
    this.#room -= typeof found.value === 'string' ? found.value.length : JSON.stringify(found.value).length
    if (this.#room >= 0) return found
    const message = `${variableText(path)} makes the arguments longer than ${LOOKED_UP_MAX} characters, the most that one call takes`
    return { ok: false, message }
  }
}
