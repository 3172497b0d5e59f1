/** Conditions that contradict themselves, as far as that is cheap to see: tests side by side under one `and`. Pure; a part of `rule-check.ts`. */
import type { RuleProblem } from './rule-check-option.ts'
import { printRef, printTest } from './rule-print.ts'
import type { Condition, Test } from './tree.ts'

/** What can never be true together. */
export function checkLogic(condition: Condition): readonly RuleProblem[] {
  if (condition.kind === 'test') return []
  if (condition.kind === 'not') return checkLogic(condition.part)
  const inner = condition.parts.flatMap(checkLogic)
  return condition.kind === 'and' ? [...inner, ...contradictions(condition.parts)] : inner
}

function contradictions(parts: readonly Condition[]): readonly RuleProblem[] {
  const before = new Map<string, Test[]>()
  return parts.flatMap((test): RuleProblem[] => {
    if (test.kind !== 'test' || !isOneValue(test)) return []
    const key = printRef(test.ref)
    const others = before.get(key) ?? []
    before.set(key, [...others, test])
    const other = others.find((one) => areExclusive(one, test))
    if (!other) return []
    const message = `${printTest(other)} and ${printTest(test)} are never true together: did you mean "or"?`
    return [{ at: test.at, end: test.end, severity: 'warning', message }]
  })
}

/** A person may be in two groups, and `any arg` may be two values; of anything else there is one. */
function isOneValue({ ref }: Test): boolean {
  if (ref.kind === 'option') return ref.over === 'value'
  return ref.kind !== 'args' && ref.kind !== 'options' && ref.kind !== 'group'
}

function areExclusive(a: Test, b: Test): boolean {
  if (a.check.kind === 'missing' || b.check.kind === 'missing') return a.check.kind !== b.check.kind
  const [one, other] = [equalTo(a), equalTo(b)]
  return one !== null && other !== null && one !== other
}

/** What the test says the value is; null when it leaves that open. */
function equalTo({ check }: Test): string | number | boolean | null {
  if (check.kind !== 'compare' || check.operator !== '==') return null
  const { value } = check
  if (value.kind === 'pattern') return null
  return value.kind === 'text' ? value.text : value.value
}
