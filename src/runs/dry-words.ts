/** What an answer says of a dry run, and of a room that practises. Pure. */
import { code, md, plain } from '../chat/markdown.ts'
import type { Block } from '../chat/reply.ts'
import { storesRecords } from '../engine/assemble.ts'
import type { RunnablePlan } from '../engine/plan.ts'
import { callText } from '../engine/shown.ts'
import { isHouseCommand } from '../policy/house-permissions.ts'
import type { RunFacts } from './context.ts'
import { roomAsked } from './room-settings.ts'
import type { Services } from './services.ts'

export interface DryWords {
  /** Stands over the answer: whoever reads no further must not take it for done. */
  readonly above: readonly Block[]
  readonly below: readonly Block[]
  /** The answer stays in the room where it was asked, whatever the line says: nobody elsewhere practises. */
  readonly stays: boolean
}

/** The words around an answer to a plan. */
export function dryWords(
  { registry }: Pick<Services, 'registry'>,
  { actor, channel, policy, redirects }: Pick<RunFacts, 'actor' | 'channel' | 'policy' | 'redirects'>,
  { dry, effects, stages }: Pick<RunnablePlan, 'dry' | 'effects' | 'stages'>,
): DryWords {
  const practice = roomAsked(policy, { actor, channel })?.practice === true
  const above: Block[] = dry
    ? [{ kind: 'text', text: md`**${practice ? 'Practice' : 'Dry run'}**: nothing was changed.` }]
    : []
  const below: Block[] = []
  const passing = dry ? stages.filter(({ command }) => storesRecords(command)) : []
  for (const { command, args } of passing) {
    const call = args === null ? command.name : callText(command, args)
    below.push({ kind: 'note', text: md`${code(call)} would keep the records; here they only passed through it` })
  }
  // Pawl's own commands do what they say, there as anywhere: of those it is not said.
  const ofSite = stages.some(({ command }) => !isHouseCommand(registry, command.key))
  if (practice && !dry && effects === 'read' && ofSite)
    below.push({ kind: 'note', text: plain('Practice: nothing was changed.') })
  // A job of the site that is at work in earnest was queued before the room practised: it goes on as it was asked.
  const stays = practice && (dry || effects === 'read' || !ofSite)
  const labels = redirects.filter(({ always }) => !always).map(({ label }) => label)
  if (stays && labels.length > 0)
    below.push({
      kind: 'note',
      text: plain(`this room practises: elsewhere the answer would go to ${labels.join(', ')}`),
    })
  return { above, below, stays }
}
