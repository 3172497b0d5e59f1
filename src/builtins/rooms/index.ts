/** The commands about rooms. */
import type { Command } from '../../command/command.ts'
import roomList from './room-list.ts'
import roomSet from './room-set.ts'
import roomShow from './room-show.ts'

export const roomCommands: readonly Command[] = [roomList, roomSet, roomShow]
