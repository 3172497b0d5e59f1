/** The rules that modules ship, as the compiler takes them. Pure. They travel with the code and are no part of a document. */
import type { Registry } from '../../command/registry.ts'
import type { RuleSource } from '../decide.ts'

export function shippedRules(registry: Registry): RuleSource[] {
  return registry.all().flatMap(({ key, rules }) => rules.map((text) => ({ command: key, text })))
}
