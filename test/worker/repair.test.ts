/** The SQL that docs/deploy.md tells an operator to run when the log is not sealed any more: run as it stands there, with other numbers. */
import { applyD1Migrations, env, reset } from 'cloudflare:test'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { rowsOf, seal, status, tamper, write } from './ledger.kit.ts'
import { exported, verified } from './sink.kit.ts'

const pages = import.meta.glob<string>('../../docs/deploy.md', { query: '?raw', import: 'default', eager: true })
const [page = ''] = Object.values(pages)

// Four rows and the log's beginning are sealed.
beforeEach(async () => {
  vi.restoreAllMocks()
  vi.spyOn(console, 'error').mockImplementation(() => {})
  await reset()
  await applyD1Migrations(env.DB, env.TEST_MIGRATIONS)
  await write(4)
  await seal()
})

/** The statements of the block with this first line. */
function statementsOf(title: string): string[] {
  const [, block] = new RegExp(`\`\`\`sql\n-- ${title}\n([\\s\\S]*?)\n\`\`\``).exec(page) ?? []
  if (block === undefined) throw new Error(`docs/deploy.md has no SQL for ${title}`)
  return block.split(/(?<=;)\n/)
}

async function repair(title: string, number: readonly [said: string, mine: string] = ['', '']): Promise<void> {
  for (const statement of statementsOf(title)) await env.DB.prepare(statement.replaceAll(...number)).run()
}

const schema = () => rowsOf('SELECT name, sql FROM sqlite_schema ORDER BY name')

async function insert(event: string): Promise<void> {
  await env.DB.prepare("INSERT INTO audit (at, code, event) VALUES (1, 'run.woken', ?)").bind(event).run()
}

/** The log is sealed to its end, and the command line's own code finds nothing wrong with it. */
async function isWell(size: number): Promise<void> {
  expect(await seal()).toMatchObject({ ok: true, size })
  expect((await status()).problems).toEqual([])
  expect(await verified([await exported()])).toBe('intact')
}

describe('the repair of', () => {
  it.each([
    '{"v": 2}',
    '[]',
    '{"code":"run.woken","note":"hi","v":2}',
    '{"code":"log.key_rotated","new_key":"x","old_key":"y","v":2}',
  ])(
    'a line that cannot be sealed puts a line in its place that says so, and leaves the triggers as they were: %s',
    async (event) => {
      const before = await schema()
      await insert(event)
      await write(3)
      expect(await seal()).toMatchObject({ ok: false, problem: expect.stringContaining('line 6 cannot be sealed') })
      await repair('a line that cannot be sealed')
      expect(await schema()).toEqual(before)
      await isWell(9)
      const [line] = await rowsOf('SELECT code, event FROM audit WHERE seq = 6')
      expect(line?.code).toBe('audit.removed')
      expect(JSON.parse(String(line?.event))).toEqual({ at: expect.any(String), code: 'audit.removed', v: 2 })
      await expect(env.DB.prepare('UPDATE audit SET at = 2 WHERE seq = 6').run()).rejects.toThrow('append-only')
    },
  )

  it('a line that cannot be sealed does not touch one that is', async () => {
    const before = await rowsOf('SELECT * FROM audit')
    await repair('a line that cannot be sealed', ['seq = 6', 'seq = 5'])
    expect(await rowsOf('SELECT * FROM audit')).toEqual(before)
  })

  it('a line that is missing puts one in its place', async () => {
    await write(3)
    const triggers = await rowsOf("SELECT sql FROM sqlite_schema WHERE type = 'trigger'")
    await tamper('DELETE FROM audit WHERE seq = 6')
    for (const { sql } of triggers) await env.DB.prepare(String(sql).replace('TRIGGER', 'TRIGGER IF NOT EXISTS')).run()
    expect(await seal()).toMatchObject({ ok: false, problem: expect.stringContaining('line 6 is missing') })
    await repair('a line that is missing')
    await isWell(8)
  })

  it('a checkpoint that is not the Ledger’s lets it publish its own', async () => {
    const before = await schema()
    await write(3)
    await env.DB.prepare("INSERT INTO checkpoints VALUES (7, 1, 'x')").run()
    expect(await seal()).toMatchObject({ ok: false, problem: expect.stringContaining('checkpoints with size 7') })
    await repair("a checkpoint that is not the Ledger's")
    expect(await schema()).toEqual(before)
    await isWell(8)
  })

  it('a tile that is not the Ledger’s lets it publish its own', async () => {
    await write(251)
    await seal()
    const before = await schema()
    await write(3)
    // Only with a checkpoint before it is there a place for such a tile.
    await env.DB.prepare("INSERT INTO checkpoints VALUES (258, 1, 'x')").run()
    await env.DB.prepare('INSERT INTO audit_tiles VALUES (0, 1, ?)').bind(Buffer.alloc(64, 7).toString('base64')).run()
    expect(await seal()).toMatchObject({ ok: false, problem: expect.stringContaining('checkpoints with size 258') })
    await repair("a checkpoint that is not the Ledger's", ['size = 7', 'size = 258'])
    expect(await seal()).toMatchObject({ ok: false, problem: expect.stringContaining('level 0 and n 1') })
    await repair("a tile that is not the Ledger's")
    expect(await schema()).toEqual(before)
    await isWell(259)
  })
})
