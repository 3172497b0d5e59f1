/**
 * The limit: the floor, and by hand exactly the trips to D1 that Pawl's promises need, with the least that each must carry. One trip
 * admits (the run under its delivery, an audit row, who the actor is and what he holds), one ends it (the state, the kept answer, its
 * audit rows); in between a command that writes has its decision recorded before it starts. Runs in workerd.
 */
import { type Asked, answer, type Secrets, verified } from './verify.ts'

interface Env extends Secrets {
  readonly DB: D1Database
}

interface Found {
  readonly change: string
  readonly reply: string | null
}

export default {
  async fetch(request, env): Promise<Response> {
    const asked = await verified(request, env)
    if (asked === null) return new Response('signature refused', { status: 401 })
    return asked.line.startsWith('touch') ? await run(env.DB, asked, true) : await run(env.DB, asked, false)
  },
} satisfies ExportedHandler<Env>

async function run(d1: D1Database, asked: Asked, writes: boolean): Promise<Response> {
  const db = d1.withSession('first-primary')
  const digest = new Uint8Array(
    await crypto.subtle.digest('SHA-256', new TextEncoder().encode(`${asked.platform}:${asked.delivery}`)),
  )
  const id = [...digest.subarray(0, 10)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  const change = crypto.randomUUID()
  const now = Date.now()
  const { platform, workspace, actor, channel, line } = asked
  const [, , found, holds] = await db.batch([
    db
      .prepare(
        `INSERT INTO runs (id, platform, workspace, actor, channel, line, state, change, due_at, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'accepted', ?7, ?8, ?9) ON CONFLICT (id) DO NOTHING`,
      )
      .bind(id, platform, workspace, actor, channel, line, change, now + 60_000, now),
    audit(db, id, change, now, 'run.admitted', asked),
    db.prepare('SELECT change, reply FROM runs WHERE id = ?1').bind(id),
    db
      .prepare(
        `SELECT p.version, i.user_id, (SELECT json_group_array(DISTINCT rp.permission) FROM group_members m
             JOIN group_roles gr ON gr.group_id = m.group_id JOIN role_permissions rp ON rp.role_id = gr.role_id
             WHERE m.user_id = i.user_id) AS permissions
         FROM policy p LEFT JOIN identities i ON i.platform = ?1 AND i.workspace = ?2 AND i.external_id = ?3`,
      )
      .bind(platform, workspace, actor),
  ])
  const row = found?.results[0] as Found | undefined
  if (row?.change !== change) return answer(asked, row?.reply ?? 'received before')
  const [held] = (holds?.results ?? []) as { permissions: string }[]
  const permissions = JSON.parse(held?.permissions ?? '[]') as string[]
  if (!permissions.includes('trial:run')) return answer(asked, 'denied')
  if (writes)
    await db.batch([
      db.prepare(`UPDATE runs SET state = 'running' WHERE id = ?1 AND change = ?2`).bind(id, change),
      audit(db, id, change, now, 'policy.allowed', asked),
      audit(db, id, change, now, 'run.running', asked),
    ])
  const text = `saw: ${line}`
  await db.batch([
    db
      .prepare(
        `UPDATE runs SET state = 'succeeded', due_at = NULL, reply = ?3, ended_at = ?4 WHERE id = ?1 AND change = ?2`,
      )
      .bind(id, change, text, now),
    ...(writes ? [] : [audit(db, id, change, now, 'policy.allowed', asked)]),
    audit(db, id, change, now, 'run.succeeded', asked),
  ])
  return answer(asked, text)
}

function audit(
  db: D1DatabaseSession,
  run: string,
  change: string,
  at: number,
  code: string,
  { platform, workspace, actor, line }: Asked,
): D1PreparedStatement {
  const event = JSON.stringify({ at, code, actor, line, platform, run, workspace })
  return db
    .prepare(
      `INSERT INTO audit (at, code, run, event) SELECT ?1, ?2, ?3, ?4 WHERE EXISTS (SELECT 1 FROM runs WHERE id = ?3 AND change = ?5)`,
    )
    .bind(at, code, run, event, change)
}
