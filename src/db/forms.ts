/** Forms that were offered, until they are over. Network: D1 only (through the statements it returns). */
import type { Actor } from '../chat/invocation.ts'
import type { Database } from './database.ts'

/** A row of `forms` as D1 gives it; JSON columns are still text. See docs/storage.md. */
export interface FormRow {
  readonly id: string
  /** The run that it becomes. */
  readonly run: string
  readonly kind: 'options' | 'line' | 'pick'
  readonly platform: string
  readonly workspace: string
  readonly actor: string
  readonly channel: string
  readonly address: string
  /** The command's key; null until one is picked. */
  readonly command: string | null
  /** A digest of that command's options. */
  readonly shape: string | null
  /** What was typed so far, as JSON. */
  readonly typed: string
  readonly record: string | null
  readonly created_at: number
  readonly expires_at: number
}

/** A form with whether it has become its run. */
export interface SentFormRow extends FormRow {
  readonly sent: 0 | 1
}

export function insertForm(db: Database, form: FormRow): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO forms (id, run, kind, platform, workspace, actor, channel, address, command, shape, typed, record,
         created_at, expires_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)`,
    )
    .bind(
      form.id,
      form.run,
      form.kind,
      form.platform,
      form.workspace,
      form.actor,
      form.channel,
      form.address,
      form.command,
      form.shape,
      form.typed,
      form.record,
      form.created_at,
      form.expires_at,
    )
}

/** After {@link insertForm}: deletes what its account has beyond `most` forms, the oldest first, sent or not. */
export function dropOldestForms(
  db: Database,
  { id, platform, workspace, actor }: Pick<FormRow, 'id' | 'platform' | 'workspace' | 'actor'>,
  most: number,
): D1PreparedStatement {
  return db
    .prepare(
      `DELETE FROM forms WHERE id IN (SELECT id FROM forms WHERE platform = ?2 AND workspace = ?3 AND actor = ?4 AND id <> ?1
         ORDER BY created_at DESC LIMIT -1 OFFSET ?5)`,
    )
    .bind(id, platform, workspace, actor, most - 1)
}

/** The form, if it is this account's and not over. */
export function selectForm(
  db: Database,
  id: string,
  { platform, workspace, id: actor }: Actor,
  now: number,
): D1PreparedStatement {
  return db
    .prepare(
      `SELECT *, EXISTS (SELECT 1 FROM runs r WHERE r.id = f.run) AS sent FROM forms f
       WHERE id = ?1 AND platform = ?2 AND workspace = ?3 AND actor = ?4 AND expires_at > ?5`,
    )
    .bind(id, platform, workspace, actor, now)
}

/** Keeps what was typed. */
export function keepTyped(db: Database, id: string, typed: string): D1PreparedStatement {
  return db.prepare('UPDATE forms SET typed = ?2 WHERE id = ?1').bind(id, typed)
}

/** Takes what was typed out of forms that were sent, and deletes those that are over, the oldest first. Reads no form that is emptied. */
export function clearForms(db: Database, now: number, limit: number): D1PreparedStatement[] {
  return [
    db.prepare(
      `UPDATE forms INDEXED BY forms_full SET typed = '{}', record = NULL, address = '{}'
       WHERE typed <> '{}' AND EXISTS (SELECT 1 FROM runs r WHERE r.id = forms.run)`,
    ),
    db
      .prepare(
        'DELETE FROM forms WHERE id IN (SELECT id FROM forms WHERE expires_at <= ?1 ORDER BY expires_at LIMIT ?2)',
      )
      .bind(now, limit),
  ]
}
