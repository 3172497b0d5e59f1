/** The commands about what waits for somebody's word. */
import type { Command } from '../../command/command.ts'
import approve from './approve.ts'
import confirm from './confirm.ts'
import list from './list.ts'
import refuse from './refuse.ts'
import show from './show.ts'
import withdraw from './withdraw.ts'

export const approvalCommands: readonly Command[] = [approve, confirm, list, refuse, show, withdraw]
