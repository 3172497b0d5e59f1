/** The simulator's door: everything that tests and tools import. */
export type { ChatMessage, Entry, ShownButton } from './core/chat.ts'
export type { Clock } from './core/clock.ts'
export type { Delivery, Exchange, FinalOptions } from './core/delivery.ts'
export { Dropped, type Fault, type Faults } from './core/faults.ts'
export { looksPending } from './core/pending.ts'
export { createSecrets, type Secrets, signDiscord, signSlack } from './core/sign.ts'
export {
  createSimulator,
  type PlatformHands,
  type Seat,
  type Simulator,
  type SimulatorOptions,
} from './core/simulator.ts'
export { formatEntry } from './core/timeline.ts'
export type { Deployment, Upstream, UpstreamRequest } from './core/upstream.ts'
export type { Violation } from './core/violations.ts'
export { DISCORD_GUILD, PEOPLE, type PlatformName, SLACK_TEAM } from './core/world.ts'
