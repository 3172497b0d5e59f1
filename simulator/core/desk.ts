/** What the pretend platforms share: screens, clock, ids, faults, the list of broken rules. Types only. */
import type { Chat } from './chat.ts'
import type { Clock, Ids } from './clock.ts'
import type { Deliverer } from './delivery.ts'
import type { FaultDesk } from './faults.ts'
import type { Forms } from './form.ts'
import type { Secrets } from './sign.ts'
import type { Violations } from './violations.ts'

export interface Desk {
  readonly clock: Clock
  /** How many times as fast as the wall that clock runs. */
  readonly speed: number
  readonly ids: Ids
  readonly chat: Chat
  readonly forms: Forms
  readonly faults: FaultDesk
  readonly violations: Violations
  readonly secrets: Secrets
  /** Where Pawl listens, without a slash at the end. */
  readonly doorUrl: string
  /** Where this simulator listens, without a slash at the end. */
  readonly origin: string
  readonly enforceRates: boolean
  readonly deliverer: Deliverer
  readonly ownerOf: Deliverer['ownerOf']
}
