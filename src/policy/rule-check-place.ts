/** Tests of the room and the person: `channel`, `platform`, `workspace`, `user`, `group`. Pure; a part of `rule-check.ts`. */
import { nearest } from '../command/names.ts'
import { literalsOf, type RuleProblem } from './rule-check-option.ts'
import { printLiteral, printTest } from './rule-print.ts'
import type { Check, Literal, Test } from './tree.ts'

const PLATFORMS = ['slack', 'discord']

/** These are compared by id, so that a look-alike name changes nothing: a pattern would look at the id. */
const WITHOUT_PATTERNS: ReadonlySet<string> = new Set(['channel', 'user', 'group', 'platform'])

/** What is wrong with a test that looks at no argument. */
export function checkPlaceRef(test: Test): readonly RuleProblem[] {
  const { ref, check, at, end } = test
  if (check.kind === 'missing') {
    if (ref.kind !== 'platform' && ref.kind !== 'workspace') return []
    return [{ at, end, severity: 'warning', message: `${ref.kind} is never missing` }]
  }
  if (check.kind === 'compare' && check.operator !== '==' && check.operator !== '!=')
    return [
      {
        at,
        end,
        severity: 'error',
        message: `${ref.kind} is a text, and only numbers have an order: write == or "in"`,
      },
    ]
  const wrong = literalsOf(check).flatMap((literal): RuleProblem[] => {
    const message = checkName(ref.kind, literal)
    return message === null ? [] : [{ at: literal.at, end: literal.end, severity: 'error', message }]
  })
  const without = check.kind === 'compare' && check.operator === '!=' ? WITHOUT_ONE[ref.kind] : undefined
  if (wrong.length > 0 || without === undefined) return wrong
  const instead = printTest({ ...test, check: { ...check, operator: '==' } as Check })
  return [{ at, end, severity: 'warning', message: `${printTest(test)} is false for ${without}: write not ${instead}` }]
}

/** Where there is nothing to compare: `!=` looks as if it held there, and does not. */
const WITHOUT_ONE: { readonly [kind: string]: string } = {
  channel: 'a direct message, which is no channel',
  user: 'somebody who is no user of Pawl',
}

/** What is wrong with a value for this ref; null when it is fine. */
function checkName(kind: string, literal: Literal): string | null {
  switch (literal.kind) {
    case 'number':
    case 'boolean':
      return `${kind} is a text: write '${printLiteral(literal)}'`
    case 'pattern':
      return WITHOUT_PATTERNS.has(kind) ? `${kind} takes no pattern: name each, as in ${kind} in [a, b]` : null
    case 'text': {
      if (kind !== 'platform' || PLATFORMS.includes(literal.text)) return null
      const near = nearest(literal.text.toLowerCase(), PLATFORMS)
      return `there is no platform ${literal.text}${near ? `, did you mean ${near}?` : `: it is ${PLATFORMS.join(' or ')}`}`
    }
  }
}
