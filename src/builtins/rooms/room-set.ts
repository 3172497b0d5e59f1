/**
 * `room set`: practice, threads, and which answers always come to a room. Network: D1, the platform.
 *
 * The change, its audit event and the check that nobody changed the policy in between are one batch, as for all of the policy.
 */
import * as z from 'zod'
import { auditEvent } from '../../audit/event.ts'
import { md } from '../../chat/markdown.ts'
import type { Context } from '../../command/command.ts'
import { defineCommand } from '../../command/define.ts'
import { CommandFailure } from '../../command/failure.ts'
import type { Registry } from '../../command/registry.ts'
import { appendAudit } from '../../db/audit.ts'
import { loadDocument } from '../../db/document.ts'
import { expectVersion, isVersionConflict } from '../../db/policy.ts'
import { putRoomSettings, type SiteRow, selectSite, siteOf } from '../../db/site.ts'
import type { RoomSettings } from '../../policy/site.ts'
import { houseOf } from '../house.ts'
import { adminRule } from '../policy/access.ts'
import { roomTyped } from './room-typed.ts'
import { settingsBlocks, settingsRecord, settingsTexts } from './shown.ts'

/** How often a change is tried again when somebody else changed the policy meanwhile. */
const ATTEMPTS = 3

/** Each answer is one more message to each of them. */
const ANSWERED_MAX = 10

/** More is surely `pack:*`. */
const COMMANDS_MAX = 20

export default defineCommand({
  name: 'room set',
  summary: 'Set how a room is used: practice, threads, which answers always come there',
  description:
    'In a room that practises, commands that change something only say what they would do; the commands of Pawl itself do what they say.',
  options: {
    room: z.string().min(1).describe('The room, as #training'),
    practice: z.boolean().optional().describe('Commands change nothing there, they say what they would do'),
    thread: z.boolean().optional().describe('Answers go into a thread under what was asked, where the platform can'),
    'answers-of': z
      .string()
      .optional()
      .describe('Commands whose answers always come there, with commas, as deploy; "none" for none'),
  },
  input: 'none',
  effects: 'write',
  answer: 'private',
  rules: [adminRule('room set')],
  examples: [
    ['room set #training --practice', 'people learn there with real commands'],
    ['room set #deploys --answers-of deploy', 'every answer of deploy is seen there, too'],
    ['room set #ops --thread', 'what was asked by a mention is answered in a thread'],
  ],
  async handler({ room, practice, thread, 'answers-of': answers }, ctx) {
    const { registry } = houseOf(ctx)
    if (practice === undefined && thread === undefined && answers === undefined)
      throw new CommandFailure('say what to set: --practice, --thread or --answers-of, or --no-practice, --no-thread')
    const answersOf = answers === undefined ? undefined : commandsIn(registry, answers)
    const made = await changeRoom(ctx, room, (before) => ({
      ...before,
      practice: practice ?? before.practice,
      thread: thread ?? before.thread,
      answersOf: answersOf ?? before.answersOf,
    }))
    return { ...settingsRecord(made.after), changed: made.changed }
  },
  view: ([{ changed, ...settings }]) => [
    { kind: 'text', text: changed ? md`Set **${settings.room}**.` : md`Nothing changed: it was so already.` },
    ...settingsBlocks(settings),
  ],
})

async function changeRoom(ctx: Context, typed: string, change: (before: RoomSettings) => RoomSettings) {
  const { db } = houseOf(ctx)
  for (let attempt = 1; ; attempt++) {
    const { version, document } = await loadDocument(db, ctx.now(), [])
    const found = await roomTyped(ctx, typed, document.rooms)
    const row = await selectSite(db).first<SiteRow>()
    const { rooms } = row ? siteOf(row) : { rooms: new Map<string, RoomSettings>() }
    const before = rooms.get(found.ref) ?? found
    // The name and the workspace are those of today.
    const after = change({ ...before, name: found.name, workspace: found.workspace })
    if (after.answersOf.length > 0) refuseTooMany([...rooms.values()], after)
    if (after.answersOf.length > 0 && found.shared)
      throw new CommandFailure(`${found.name} is shared with another workspace: pick a room of this workspace alone`)
    const details = { before: settingsTexts(before), after: settingsTexts(after) }
    if (JSON.stringify(details.before) === JSON.stringify(details.after)) return { after, changed: false }
    try {
      await db.batch([
        expectVersion(db, version),
        putRoomSettings(db, after),
        appendAudit(db, { when: 'always' }, [
          auditEvent(ctx.now(), 'room.changed', ctx.actor, { run: ctx.run, target: `room:${after.ref}`, ...details }),
        ]),
      ])
      return { after, changed: true }
    } catch (error) {
      if (!isVersionConflict(error)) throw error
      if (attempt === ATTEMPTS) throw new CommandFailure('somebody else is changing the policy right now; try again')
    }
  }
}

function refuseTooMany(rooms: readonly RoomSettings[], { ref }: RoomSettings): void {
  const others = rooms.filter((room) => room.ref !== ref && room.answersOf.length > 0)
  if (others.length < ANSWERED_MAX) return
  const names = others.map(({ name }) => name).join(', ')
  throw new CommandFailure(
    `${ANSWERED_MAX} rooms always get answers, and no more may: first room set one of them to --answers-of none (${names})`,
  )
}

/** `deploy,pack:*` as keys, each once; `none` is no command. */
function commandsIn(registry: Registry, text: string): string[] {
  if (text.trim() === 'none') return []
  const names = text.split(',').map((name) => name.trim().replace(/[\s:]+/g, ':'))
  for (const name of names) {
    const isGroup = name.endsWith(':*') && registry.under(name.slice(0, -2).split(':')).length > 0
    const command = registry.byKey(name)
    if (!command && !isGroup)
      throw new CommandFailure(
        `there is no command "${name}": write names with : and with commas between them, as deploy,http:check (help lists them), or none`,
      )
    if (command?.answer === 'private')
      throw new CommandFailure(`the answers of ${command.name} are for the asker alone, and stay so`)
  }
  const keys = [...new Set(names)].sort()
  if (keys.length > COMMANDS_MAX)
    throw new CommandFailure(
      `that is ${keys.length} commands: at most ${COMMANDS_MAX}; a group stands for all in it, as http:*`,
    )
  return keys
}
