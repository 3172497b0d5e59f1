/** `freeze end`: commands that it stopped start again. Network: D1. */
import * as z from 'zod'
import { auditEvent } from '../../audit/event.ts'
import { md, personName, personText } from '../../chat/markdown.ts'
import { defineCommand } from '../../command/define.ts'
import { CommandFailure } from '../../command/failure.ts'
import { endFreeze, type FreezeRow, selectFreeze } from '../../db/freezes.ts'
import { selectVersion } from '../../db/policy.ts'
import { FREEZE } from '../../policy/house-permissions.ts'
import { completionHouseOf, houseOf } from '../house.ts'
import { changeFreezes } from './change.ts'
import { freezeFacts, freezeRecord } from './shown.ts'

export default defineCommand({
  name: 'freeze end',
  summary: 'End a freeze',
  options: {
    id: z.int().min(1).describe('Its number, from freeze list'),
    note: z.array(z.string()).default([]).meta({ words: true }).describe('What there is to say about it'),
  },
  complete: {
    id: (typed, ctx) =>
      completionHouseOf(ctx)
        .policy.site.freezes.filter(({ until }) => until === null || until > ctx.now())
        .map(({ id }) => String(id))
        .filter((id) => id.startsWith(typed)),
  },
  input: 'none',
  effects: 'write',
  rules: [`when command is freeze:end must have ${FREEZE}`],
  examples: [['freeze end 3 v42 is out', 'it ends now']],
  async handler({ id, note: words }, ctx) {
    const { db, identity } = houseOf(ctx)
    const by = identity().user ?? ctx.actor.id
    const note = words.join(' ')
    const row = await changeFreezes(ctx, async () => {
      const now = ctx.now()
      const [versions, found] = (await db.batch([selectVersion(db), selectFreeze(db, id)])) as [
        D1Result<{ version: number }>,
        D1Result<FreezeRow>,
      ]
      const made = found.results[0]
      const version = versions.results[0]?.version
      if (!made || version === undefined) throw new CommandFailure(`there is no freeze ${id}: type freeze list`)
      const { state } = freezeRecord(made, now)
      if (state !== 'holds')
        throw new CommandFailure(
          `freeze ${id} is ${state}${made.ended_by === null ? '' : ` by ${personText(made.ended_by, 'an administrator')}`}: it stops nothing`,
        )
      const event = auditEvent(now, 'freeze.ended', ctx.actor, {
        run: ctx.run,
        freeze: id,
        note: note === '' ? undefined : note,
        before: freezeFacts(made, now),
        after: null,
      })
      return { version, statements: [endFreeze(db, id, by, now)], event, made }
    })
    return { freeze: id, reason: row.reason, note, by }
  },
  view: ([{ freeze, reason, note, by }]) =>
    md`Freeze ${freeze} (${reason}) was ended by ${personName(by, 'an administrator')}${note === '' ? '' : `: ${note}`}.`,
})
