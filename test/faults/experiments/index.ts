/** Every experiment there is, in the order of the table. */
import type { Experiment } from '../trial.ts'
import { chat } from './chat.ts'
import { database } from './database.ts'
import { deliveries } from './deliveries.ts'
import { kills } from './kills.ts'
import { locks } from './locks.ts'
import { queue } from './queue.ts'
import { random } from './random.ts'
import { time } from './time.ts'

export const experiments: readonly Experiment[] = [
  ...kills,
  ...random,
  ...deliveries,
  ...database,
  ...queue,
  ...locks,
  ...chat,
  ...time,
]
