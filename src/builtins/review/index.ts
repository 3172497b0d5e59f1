/** The commands about reviews of broken glass. */
import type { Command } from '../../command/command.ts'
import reviewClose from './close.ts'
import { reviewList, reviewShow } from './list.ts'

export const reviewCommands: readonly Command[] = [reviewClose, reviewList, reviewShow]
