/** Takes the buttons from a message once they have served. Network: the platform, through its courier. */
import { withoutButtons } from '../chat/button.ts'
import type { Address, Invocation } from '../chat/invocation.ts'
import { code, type Markdown, md, plain, userName } from '../chat/markdown.ts'
import type { Reply } from '../chat/reply.ts'
import type { RunRow } from '../db/runs.ts'
import type { Subject } from '../policy/request.ts'
import type { MessageRef } from './courier.ts'
import type { Services } from './services.ts'

/**
 * Shows a run's last message without buttons, with a line about why. Best effort: nothing depends on it, and the platform may not
 * let it be edited any more. `address` may be anybody's in the workspace. Never throws.
 */
export async function retire(
  { couriers }: Pick<Services, 'couriers'>,
  address: Address,
  { reply, message }: Pick<RunRow, 'reply' | 'message'>,
  why: Markdown,
): Promise<void> {
  if (reply === null) return
  const last = JSON.parse(reply) as Reply
  const bare = withoutButtons(last)
  if (bare.blocks.length === last.blocks.length) return
  const shown = { ...bare, blocks: [...bare.blocks, { kind: 'note' as const, text: why }] }
  const ref = message === null ? null : (JSON.parse(message) as MessageRef)
  await couriers.get(address.platform)?.retire(address, shown, ref)
}

/** The run is asked again: its message says by whom, and offers it no more. */
export async function retireRetried(
  services: Pick<Services, 'couriers'>,
  row: RunRow,
  { run, invocation, subject }: { readonly run: string; readonly invocation: Invocation; readonly subject: Subject },
): Promise<void> {
  const who = subject.user === null ? userName(invocation.actor.id) : plain(subject.user.name)
  await retire(services, invocation.address, row, md`Run again by ${who}: run ${code(run)}`)
}
