/** The commands about freezes. */
import type { Command } from '../../command/command.ts'
import freezeEnd from './end.ts'
import freezeList from './list.ts'
import freezeStart from './start.ts'

export const freezeCommands: readonly Command[] = [freezeEnd, freezeList, freezeStart]
