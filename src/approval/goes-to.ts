/** Where the answer of a line goes, beside {@link shownParts}: its line shows it, too, but a part of that may be masked. Pure. */
import type { RunnablePlan } from '../engine/plan.ts'
import type { Target } from '../runs/courier.ts'
import type { ShownPart } from './shown.ts'

/** Nothing for a line without a redirect: its answer stays where it was asked. */
export function goesTo({ targets }: Pick<RunnablePlan, 'targets'>): ShownPart[] {
  return targets.length === 0 ? [] : [{ name: 'Answer', text: `to ${targets.map(targetText).join(', ')}` }]
}

function targetText(target: Target): string {
  switch (target.kind) {
    case 'channel':
      return `#${target.id}`
    case 'user':
      return `@${target.id}`
    case 'me':
      return 'who asked'
    case 'here':
      return 'this room'
    case 'thread':
      return 'this thread'
  }
}
