/** Where redirects lead: resolved, and checked, before anything runs. Network: the platform, through its courier. */
import type { Actor, Address } from '../chat/invocation.ts'
import type { Database } from '../db/database.ts'
import type { RunnablePlan } from '../engine/plan.ts'
import type { Subject } from '../policy/decide.ts'
import { deliverNow } from './deliver.ts'
import type { Copies } from './end.ts'
import type { Services } from './services.ts'

/** The permission to have an answer posted in another room, or to another person. */
export const REDIRECT_PERMISSION = 'redirect:post'

/** A place that an answer goes to beside, or instead of, where it was asked. */
export interface Redirect {
  /** As people see it: `#ops`, `@ada`. */
  readonly label: string
  readonly address: Address
}

export type Redirects =
  | { readonly ok: true; readonly redirects: readonly Redirect[] }
  | { readonly ok: false; readonly message: string }

/** True when the subject may send answers where the plan's redirects name. */
export function mayRedirect({ targets }: RunnablePlan, subject: Subject): boolean {
  const elsewhere = targets.some(({ kind }) => kind === 'channel' || kind === 'user')
  return !elsewhere || subject.administrator || subject.permissions.has(REDIRECT_PERMISSION)
}

/** The places of a plan's redirects, all of them or none; `here` is where the answer goes anyway. Never throws. */
export async function resolveRedirects(
  services: Services,
  address: Address,
  { targets }: RunnablePlan,
): Promise<Redirects> {
  const courier = services.couriers.get(address.platform)
  const elsewhere = targets.filter(({ kind }) => kind !== 'here')
  if (!courier) return { ok: false, message: 'nothing can be sent on this platform' }
  const resolved = await Promise.all(elsewhere.map((target) => courier.resolve(address, target)))
  const redirects: Redirect[] = []
  for (const one of resolved) {
    if (!one.ok) return { ok: false, message: one.message }
    // `*> @ada me` from ada is one place.
    const known = redirects.some(({ address: other }) => JSON.stringify(other) === JSON.stringify(one.address))
    if (!known) redirects.push({ label: one.label, address: one.address })
  }
  return { ok: true, redirects }
}

/** Brings the copies of an answer where redirects lead; the outbox has them, too. */
export async function deliverCopies(
  services: Services,
  db: Database,
  run: { readonly run: string; readonly actor: Actor; readonly createdAt: number },
  { redirects, reply }: Copies,
): Promise<void> {
  await Promise.all(
    redirects.map(({ address }, i) =>
      deliverNow(services, db, { ...run, target: i + 1, address, reply, message: null, attempts: 0 }),
    ),
  )
}
