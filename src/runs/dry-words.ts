/** What an answer says of a dry run, and of a room that practises. Pure. */
import { md, plain } from '../chat/markdown.ts'
import type { Block } from '../chat/reply.ts'
import type { RunnablePlan } from '../engine/plan.ts'
import type { RunFacts } from './context.ts'
import { roomAsked } from './room-settings.ts'

export interface DryWords {
  /** Stands over the answer: whoever reads no further must not take it for done. */
  readonly above: readonly Block[]
  readonly below: readonly Block[]
  /** The answer stays in the room where it was asked, whatever the line says: nobody elsewhere practises. */
  readonly stays: boolean
}

/** The words around an answer to a plan. */
export function dryWords(
  { actor, channel, policy, redirects }: Pick<RunFacts, 'actor' | 'channel' | 'policy' | 'redirects'>,
  { dry, effects }: Pick<RunnablePlan, 'dry' | 'effects'>,
): DryWords {
  const practice = roomAsked(policy, { actor, channel })?.practice === true
  const above: Block[] = dry
    ? [{ kind: 'text', text: md`**${practice ? 'Practice' : 'Dry run'}**: nothing was changed.` }]
    : []
  const below: Block[] = []
  // What Pawl's own commands change in such a room is changed: then it is not said.
  if (practice && !dry && effects === 'read')
    below.push({ kind: 'note', text: plain('Practice: nothing was changed.') })
  const labels = redirects.filter(({ always }) => !always).map(({ label }) => label)
  if (practice && labels.length > 0)
    below.push({
      kind: 'note',
      text: plain(`this room practises: elsewhere the answer would go to ${labels.join(', ')}`),
    })
  return { above, below, stays: practice }
}
