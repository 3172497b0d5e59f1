import { env } from 'cloudflare:test'
import { describe, expect, it } from 'vitest'
import { openDatabase } from '../../src/db/database.ts'
import { changeState, insertRun } from '../../src/db/runs.ts'
import { EDGES, isLegal, JOINED_ENDS, STATES, type State } from '../../src/runs/state.ts'

const db = openDatabase(env.DB)

async function newRun(id: string): Promise<void> {
  await insertRun(db, {
    id,
    digest: 'd',
    source: 'test',
    platform: 'slack',
    workspace: 'T1',
    actor: 'U1',
    channel: '{}',
    line: 'x',
    history: 'whole',
    command: 'x',
    effects: 'write',
    mode: 'job',
    retry: 'unsafe',
    change: 'c0',
    due_at: 1,
    address: null,
    created_at: 1,
  }).run()
}

/** The shortest way from `accepted` to a state, along legal edges. */
function wayTo(target: State): State[] {
  const ways: State[][] = [['accepted']]
  for (const way of ways) {
    const last = way.at(-1) ?? 'accepted'
    if (last === target) return way
    for (const next of EDGES[last]) if (!way.includes(next)) ways.push([...way, next])
  }
  throw new Error(`no way to ${target}`)
}

async function runAt(id: string, state: State): Promise<void> {
  await newRun(id)
  const way = wayTo(state)
  for (const [i, to] of way.entries())
    if (i > 0) await changeState(db, { run: id, change: `c${i}`, from: [way[i - 1] ?? 'accepted'], to }).run()
}

describe('the database', () => {
  it.each(STATES.flatMap((from) => STATES.filter((to) => to !== from).map((to) => [from, to] as const)))(
    'agrees with state.ts about %s → %s',
    async (from, to) => {
      const id = `r_${from}_${to}`
      await runAt(id, from)
      const change = changeState(db, { run: id, change: 'last', from: [from], to }).run()
      if (isLegal(from, to)) expect((await change).meta.changes).toBe(1)
      else await expect(change).rejects.toThrow('illegal change of state')
    },
  )

  it.each(STATES.filter((to) => to !== 'queued'))(
    'lets a queued run that has joined another go to %s or not',
    async (to) => {
      const id = `r_joined_${to}`
      await runAt(id, 'queued')
      await changeState(db, { run: id, change: 'j', from: ['queued'], to: 'queued', set: { joins: 'r_other' } }).run()
      const change = changeState(db, { run: id, change: 'last', from: ['queued'], to }).run()
      if (isLegal('queued', to) || JOINED_ENDS.includes(to)) expect((await change).meta.changes).toBe(1)
      else await expect(change).rejects.toThrow('illegal change of state')
    },
  )

  it('lets a run start only as accepted', async () => {
    const insert =
      "INSERT INTO runs (id, digest, source, platform, workspace, actor, channel, line, effects, mode, retry, state, change, created_at) VALUES ('r_x', 'd', 's', 'p', 'w', 'a', '{}', 'l', 'read', 'inline', 'safe', 'running', 'c', 1)"
    await expect(env.DB.prepare(insert).run()).rejects.toThrow('a run starts as accepted')
  })

  it('refuses to change, delete or replace a line of the audit log', async () => {
    const add = (seq: number | null) =>
      env.DB.prepare("INSERT OR REPLACE INTO audit (seq, at, code, event) VALUES (?, 1, 'x', '{}')").bind(seq).run()
    await add(null)
    await add(2)
    await expect(add(2)).rejects.toThrow('append-only')
    await expect(env.DB.prepare("UPDATE audit SET code = 'y'").run()).rejects.toThrow('append-only')
    await expect(env.DB.prepare('DELETE FROM audit').run()).rejects.toThrow('append-only')
  })

  it('moves the policy version with every change of the policy', async () => {
    const version = async () => (await env.DB.prepare('SELECT version AS v FROM policy').first<{ v: number }>())?.v ?? 0
    const before = await version()
    await env.DB.batch([
      env.DB.prepare("INSERT INTO groups (name, created_at) VALUES ('ops', 1)"),
      env.DB.prepare("UPDATE groups SET name = 'ops2' WHERE name = 'ops'"),
      env.DB.prepare("DELETE FROM groups WHERE name = 'ops2'"),
    ])
    expect(await version()).toBe(before + 3)
  })
})
