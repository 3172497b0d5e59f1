/** Freezes and settings of rooms, as the policy's cache reads them; settings are written here, too. Network: D1 only. */
import type { Freeze, RoomSettings, Site } from '../policy/site.ts'
import type { RuleNames } from '../policy/tree.ts'
import type { Database } from './database.ts'

/** Both as JSON lists, in one row. */
export interface SiteRow {
  readonly freezes: string
  readonly rooms: string
}

/** Always one row. */
export function selectSite(db: Database): D1PreparedStatement {
  return db.prepare(
    `SELECT
       (SELECT json_group_array(json_object('id', id, 'reason', reason, 'commands', json(commands), 'condition', condition,
           'names', json(names), 'except', except_permission, 'by', by_name, 'started', started_at, 'until', until))
         FROM (SELECT * FROM freezes WHERE ended_at IS NULL ORDER BY id)) AS freezes,
       (SELECT json_group_array(json_object('ref', ref, 'workspace', workspace, 'name', name, 'practice', practice, 'thread', thread,
           'answers', json(answers_of))) FROM room_settings) AS rooms`,
  )
}

interface StoredFreeze {
  readonly id: number
  readonly reason: string
  readonly commands: readonly string[] | null
  readonly condition: string | null
  readonly names: RuleNames
  readonly except: string | null
  readonly by: string
  readonly started: number
  readonly until: number | null
}

interface StoredRoom {
  readonly ref: string
  readonly workspace: string
  readonly name: string
  readonly practice: 0 | 1
  readonly thread: 0 | 1
  readonly answers: readonly string[]
}

export function siteOf({ freezes, rooms }: SiteRow): Site {
  return {
    freezes: (JSON.parse(freezes) as StoredFreeze[]).map(
      ({ id, reason, commands, condition, names, except, by, started, until }): Freeze => ({
        id,
        reason,
        commands,
        condition,
        names,
        exceptPermission: except,
        byName: by,
        startedAt: started,
        until,
      }),
    ),
    rooms: new Map(
      (JSON.parse(rooms) as StoredRoom[]).map(
        ({ ref, workspace, name, practice, thread, answers }): [string, RoomSettings] => [
          ref,
          { ref, workspace, name, practice: practice === 1, thread: thread === 1, answersOf: answers },
        ],
      ),
    ),
  }
}

/** Writes how a room is used; what is set to nothing leaves no row. A trigger raises the policy's version. */
export function putRoomSettings(db: Database, settings: RoomSettings): D1PreparedStatement {
  const { ref, workspace, name, practice, thread, answersOf } = settings
  if (!practice && !thread && answersOf.length === 0)
    return db.prepare('DELETE FROM room_settings WHERE ref = ?1').bind(ref)
  return db
    .prepare(
      `INSERT INTO room_settings (ref, workspace, name, practice, thread, answers_of) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
       ON CONFLICT (ref) DO UPDATE SET workspace = excluded.workspace, name = excluded.name, practice = excluded.practice,
         thread = excluded.thread, answers_of = excluded.answers_of`,
    )
    .bind(ref, workspace, name, practice ? 1 : 0, thread ? 1 : 0, JSON.stringify(answersOf))
}
