/** Conditions in a form that is the same for those that mean the same but for order, quotes, repetition and names. Pure. */
import { literalsOf } from '../../rule-check-option.ts'
import type { Check, Condition, Literal, Ref, RuleNames } from '../../tree.ts'

export interface Form {
  /** One text for equal forms. */
  readonly key: string
  readonly kind: 'and' | 'or' | 'not' | 'test'
  /** Of an `and`, `or` or `not`. */
  readonly parts: readonly Form[]
  readonly test: TestForm | null
}

export interface TestForm {
  /** What it looks at. */
  readonly ref: string
  readonly isGroup: boolean
  readonly how: 'equal' | 'unequal' | 'in' | 'other'
  /** The values, by key, that it compares with; null when one of them is a pattern. */
  readonly values: ReadonlyMap<string, Literal['kind']> | null
}

/** @param names what the names in it stand for */
export function formOf(condition: Condition, names: RuleNames): Form {
  switch (condition.kind) {
    case 'test': {
      const { ref, check } = condition
      const keys = literalsOf(check).map((literal) => [literalKey(ref, literal, names), literal.kind] as const)
      const test: TestForm = {
        ref: JSON.stringify(ref),
        isGroup: ref.kind === 'group',
        how: howOf(check),
        values: keys.some(([, kind]) => kind === 'pattern') ? null : new Map(keys),
      }
      const sorted = [...new Set(keys.map(([key]) => key))].sort().join(', ')
      return { key: `${test.ref} ${signOf(check)} [${sorted}]`, kind: 'test', parts: [], test }
    }
    case 'not': {
      const part = formOf(condition.part, names)
      const [inner] = part.parts
      if (part.kind === 'not' && inner) return inner
      return { key: `not(${part.key})`, kind: 'not', parts: [part], test: null }
    }
    default: {
      const { kind } = condition
      const byKey = new Map(condition.parts.map((part) => formOf(part, names)).map((part) => [part.key, part]))
      const parts = [...byKey.keys()].sort().flatMap((key) => byKey.get(key) ?? [])
      const [only] = parts
      if (only && parts.length === 1) return only
      return { key: `${kind}(${parts.map(({ key }) => key).join(', ')})`, kind, parts, test: null }
    }
  }
}

/** `matches` is `==` with a pattern. */
function signOf(check: Check): string {
  if (check.kind === 'compare') return check.operator
  return check.kind === 'matches' ? '==' : check.kind
}

function howOf(check: Check): TestForm['how'] {
  if (check.kind === 'in') return 'in'
  if (check.kind !== 'compare') return 'other'
  return check.operator === '==' ? 'equal' : check.operator === '!=' ? 'unequal' : 'other'
}

/** A value as text, with the id behind a name. */
function literalKey(ref: Ref, literal: Literal, names: RuleNames): string {
  switch (literal.kind) {
    case 'text': {
      const known = ref.kind === 'channel' || ref.kind === 'user' || ref.kind === 'group' ? names[ref.kind] : undefined
      return JSON.stringify(known && Object.hasOwn(known, literal.text) ? known[literal.text] : literal.text)
    }
    case 'pattern':
      return `/${literal.source}/`
    default:
      return JSON.stringify(literal.value)
  }
}
