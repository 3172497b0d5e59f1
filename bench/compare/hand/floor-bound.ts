/** The floor with all of Pawl's bindings: what starting them takes, whatever the worker. Runs in workerd. */
import { DurableObject } from 'cloudflare:workers'

export class Singleton extends DurableObject {}
export class Ledger extends DurableObject {}
export { default } from './floor.ts'
