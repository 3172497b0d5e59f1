/** `date`: a moment, in every form that people ask for. Reads the clock through the context. */
import * as z from 'zod'
import { md } from '../../chat/markdown.ts'
import { defineCommand } from '../../command/define.ts'
import { CommandFailure } from '../../command/failure.ts'
import { option } from '../../command/options.ts'
import { momentAt, readMoment } from '../../data/moment.ts'
import { isZone } from '../../data/zone.ts'

export default defineCommand({
  name: 'date',
  summary: 'Show the time, now or given, in UTC or another zone',
  description:
    'Gives iso, date, time, weekday, zone, offset and unix (seconds since 1970) as fields. A time without an offset is read as UTC.',
  options: {
    when: option
      .json()
      .default('now')
      .describe('now, 2026-05-01, 2026-05-01T14:30+02:00, seconds since 1970, or +2h and -3d from now'),
    zone: z
      .string()
      .refine(isZone, { error: 'is not a time zone that is known here: write it as Europe/Berlin or +02:00' })
      .default('UTC')
      .meta({ short: 'z' })
      .describe('Time zone, as in Europe/Berlin'),
  },
  effects: 'read',
  rules: ['when command is date allow'],
  examples: [
    ['date', 'now, in UTC'],
    ['date 2026-05-01T12:00Z --zone Europe/Berlin', 'noon of London in Berlin'],
    [`seed '{"at":1777636800}' | date $at`, 'seconds since 1970'],
    ['date +2h | echo $unix', 'two hours from now'],
  ],
  handler({ when, zone }, ctx) {
    const ms = readMoment(when, ctx.now())
    if (ms === null)
      throw new CommandFailure(
        'that is not a time: write 2026-05-01, 2026-05-01T14:30+02:00, seconds since 1970, +2h, -3d or now',
      )
    return momentAt(ms, zone)
  },
  view: (moments) =>
    moments.length === 1
      ? md`${moments[0].weekday} ${moments[0].date} ${moments[0].time} ${moments[0].zone}`
      : [
          {
            kind: 'code',
            text: moments.map(({ weekday, date, time, zone }) => `${weekday} ${date} ${time} ${zone}`).join('\n'),
          },
        ],
})
