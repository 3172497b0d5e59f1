/** `room show`: how a room is used. Network: the platform. */
import * as z from 'zod'
import { defineCommand } from '../../command/define.ts'
import { CommandFailure } from '../../command/failure.ts'
import { placeOf } from '../../policy/ask.ts'
import { houseOf } from '../house.ts'
import { adminRule } from '../policy/access.ts'
import { roomTyped } from './room-typed.ts'
import { settingsBlocks, settingsRecord } from './shown.ts'

export default defineCommand({
  name: 'room show',
  summary: 'Show how a room is used: practice, threads, which answers always come there',
  options: { room: z.string().min(1).optional().describe('The room, as #training; this one unless told') },
  input: 'none',
  effects: 'read',
  answer: 'private',
  rules: [adminRule('room show')],
  examples: [
    ['room show', 'this room'],
    ['room show #training', 'that one'],
  ],
  async handler({ room }, ctx) {
    const { policy } = houseOf(ctx)
    const typed =
      room ?? (placeOf(ctx.actor, ctx.channel).channel === null ? null : `#${ctx.channel.parent ?? ctx.channel.id}`)
    if (typed === null) throw new CommandFailure('a direct message is no room: name one, as in room show #training')
    const found = await roomTyped(ctx, typed, new Map())
    return settingsRecord(policy.site.rooms.get(found.ref) ?? found)
  },
  view: ([settings]) => settingsBlocks(settings),
})
