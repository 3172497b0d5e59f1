/** A form whose command refused what was sent: it can be had again, as it was filled in. Network: D1. */
import type { RunnablePlan } from '../engine/plan.ts'
import type { Json } from '../json.ts'
import type { Admitted } from './admit.ts'
import type { End } from './execution.ts'
import { isOfForm } from './form-kept.ts'
import { fillIn } from './form-replies.ts'
import { offerForm } from './forms.ts'
import type { Services } from './services.ts'

/** The end with the button that brings the form back; as it is for what no form asked for, or did not fail by its handler's word. */
export async function withFormAgain(
  services: Services,
  { db, invocation }: Admitted,
  { stages: [{ command }] }: RunnablePlan,
  end: End,
): Promise<End> {
  const { delivery, input, authors = [] } = invocation
  if (end.to !== 'failed' || end.code !== 'handler' || !isOfForm(delivery) || input.kind !== 'command') return end
  const own = new Set(command.options.map(({ name }) => name))
  const part = (isOwn: boolean): { [name: string]: Json } =>
    Object.fromEntries([...input.options].filter(([name]) => own.has(name) === isOwn))
  const offer = await offerForm(
    services,
    db,
    invocation,
    authors,
    { command, given: part(true), flags: part(false) },
    undefined,
  )
  if (offer === null) return end
  return { ...end, reply: { ...end.reply, blocks: [...end.reply.blocks, fillIn(offer.id)] } }
}
