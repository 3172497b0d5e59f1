/** The commands about locks. */
import type { Command } from '../../command/command.ts'
import lockBreak from './break.ts'
import lockList from './list.ts'

export const lockCommands: readonly Command[] = [lockBreak, lockList]
