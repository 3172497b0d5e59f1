/** Every experiment there is, in the order of the table. */
import type { Experiment } from '../trial.ts'
import { again } from './again.ts'
import { breaks } from './breaks.ts'
import { chat } from './chat.ts'
import { database } from './database.ts'
import { deliveries } from './deliveries.ts'
import { joins } from './joins.ts'
import { kills } from './kills.ts'
import { locks } from './locks.ts'
import { pipelines } from './pipelines.ts'
import { queue } from './queue.ts'
import { random } from './random.ts'
import { slow } from './slow.ts'
import { time } from './time.ts'
import { turns } from './turns.ts'
import { waits } from './waits.ts'

export const experiments: readonly Experiment[] = [
  ...kills,
  ...random,
  ...deliveries,
  ...database,
  ...queue,
  ...locks,
  ...turns,
  ...breaks,
  ...pipelines,
  ...joins,
  ...waits,
  ...again,
  ...chat,
  ...slow,
  ...time,
]
