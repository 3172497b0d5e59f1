/**
 * Whether somebody is in the default group `everyone`: a full member of his workspace. Network: D1; the platform, through its
 * courier; a timer.
 */
import type { Actor, Standing } from '../chat/invocation.ts'
import type { Database } from '../db/database.ts'
import { type StandingRow, selectStanding, upsertStanding } from '../db/standing.ts'
import { STANDING_BUDGET_MS } from './limits.ts'
import { messageOf, type Services } from './services.ts'

/** What the platform said of late, or else says now. Whoever cannot be asked about is outside. Rejects only when D1 does. */
export async function standingOf(
  services: Pick<Services, 'couriers' | 'now' | 'log'>,
  db: Database,
  actor: Actor,
): Promise<StandingRow['standing']> {
  const known = await selectStanding(db, actor, services.now()).first<StandingRow>()
  const standing = known?.standing ?? (await askStanding(services, db, actor))
  return standing === 'member' ? 'member' : 'outside'
}

/** What the platform says now, for a caller who has found no row of {@link selectStanding}; `unknown` when it does not say. */
export async function askStanding(
  services: Pick<Services, 'couriers' | 'now' | 'log'>,
  db: Database,
  actor: Actor,
): Promise<Standing> {
  const courier = services.couriers.get(actor.platform)
  const asked = courier ? await withinBudget(courier.standing(actor)) : 'unknown'
  if (asked === 'unknown') {
    services.log('standing not known', { platform: actor.platform, workspace: actor.workspace })
    return 'unknown'
  }
  try {
    await upsertStanding(db, actor, asked, services.now()).run()
  } catch (error) {
    // It is the platform's word all the same; the next command asks again.
    services.log('standing not kept', { error: messageOf(error) })
  }
  return asked
}

async function withinBudget<T>(asking: Promise<T>): Promise<T | 'unknown'> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<'unknown'>((resolve) => {
    timer = setTimeout(resolve, STANDING_BUDGET_MS, 'unknown')
  })
  return await Promise.race([asking, late]).finally(() => clearTimeout(timer))
}
