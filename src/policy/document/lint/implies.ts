/**
 * Whether one condition, or one requirement, is met whenever another is. Pure. A yes is certain; a no may only mean that it was
 * not seen: conditions are compared by their form.
 */
import type { Requirement } from '../../tree.ts'
import type { Form, TestForm } from './form.ts'

/** More permissions in two requirements than this are not compared by trying: 2^10 cases are a millisecond. */
const PERMISSIONS_TRIED = 10

/** Two conditions are compared in so many steps; of nested choices there would be two to the power of their depth. */
const STEPS_MAX = 2_000

/** True when `strong` never holds without `weak`; null always holds. */
export function impliesCondition(strong: Form | null, weak: Form | null): boolean {
  if (weak === null) return true
  return strong !== null && implies(strong, weak, { left: STEPS_MAX })
}

/** Asks for parts with "all" and "some" alone, so that a no for want of steps never makes a yes. */
function implies(strong: Form, weak: Form, steps: { left: number }): boolean {
  if (--steps.left < 0) return false
  if (strong.key === weak.key) return true
  // Taken apart in this order, no half of a choice is lost: `or` before, `and` behind, then the parts of both.
  if (strong.kind === 'or') return strong.parts.every((part) => implies(part, weak, steps))
  if (weak.kind === 'and') return weak.parts.every((part) => implies(strong, part, steps))
  if (strong.kind === 'and' && strong.parts.some((part) => implies(part, weak, steps))) return true
  if (weak.kind === 'or') return weak.parts.some((part) => implies(strong, part, steps))
  return strong.test !== null && weak.test !== null && impliesTest(strong.test, weak.test)
}

/** `== prod` and `in [prod, dev]` on the same thing. */
function impliesTest(strong: TestForm, weak: TestForm): boolean {
  if (strong.ref !== weak.ref || !strong.values || !weak.values) return false
  if (strong.how !== 'equal' && (strong.how !== 'in' || strong.values.size === 0)) return false
  const accepted = weak.values
  if (weak.how === 'in') return [...strong.values.keys()].every((key) => accepted.has(key))
  // Of a list, `in` is an answer where `!=` is an error; of groups, `!=` asks for something else.
  if (weak.how !== 'unequal' || strong.how === 'in' || strong.isGroup) return false
  const [[key, kind]] = [...strong.values] as [[string, string]]
  return !accepted.has(key) && [...accepted.values()].every((other) => other === kind)
}

/** True when whoever holds what `strong` asks for holds what `weak` asks for. Null asks for nothing. */
export function impliesRequirement(strong: Requirement | null, weak: Requirement | null): boolean {
  if (weak === null) return true
  if (strong === null) return false
  const names = [...new Set([...permissionsIn(strong), ...permissionsIn(weak)])]
  if (names.length > PERMISSIONS_TRIED) return false
  for (let held = 0; held < 2 ** names.length; held++) {
    const has = (name: string) => (held & (1 << names.indexOf(name))) !== 0
    if (isMet(strong, has) && !isMet(weak, has)) return false
  }
  return true
}

function isMet(requirement: Requirement, has: (name: string) => boolean): boolean {
  switch (requirement.kind) {
    case 'permission':
      return has(requirement.name)
    case 'any':
      return requirement.names.some(has)
    case 'all':
      return requirement.names.every(has)
    case 'and':
      return requirement.parts.every((part) => isMet(part, has))
    case 'or':
      return requirement.parts.some((part) => isMet(part, has))
  }
}

function permissionsIn(requirement: Requirement): readonly string[] {
  switch (requirement.kind) {
    case 'permission':
      return [requirement.name]
    case 'any':
    case 'all':
      return requirement.names
    default:
      return requirement.parts.flatMap(permissionsIn)
  }
}
