/** Aliases, `!!`, `history`, `which`, `tee` and `cat`, through the doors and over the real database. */
import { env } from 'cloudflare:test'
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { loadRegistry } from '../../src/command/house-registry.ts'
import { FLAT_EVENT } from '../../src/db/audit.ts'
import { countTrips } from './trips.ts'
import { openWorld, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
beforeEach(async () => {
  await env.DB.batch([env.DB.prepare('DELETE FROM aliases'), env.DB.prepare('DELETE FROM kept_records')])
})

const grace = (line: string) => world.hears('grace', `/pawl ${line}`)
/** The administrator of the simulator. */
const ada = (line: string) => world.hears('ada', `/pawl ${line}`)

async function lastRun(): Promise<Record<string, unknown>> {
  const row = await env.DB.prepare('SELECT * FROM runs ORDER BY created_at DESC LIMIT 1').first<
    Record<string, unknown>
  >()
  if (!row) throw new Error('no run')
  return row
}

async function admitted(run: unknown): Promise<Record<string, unknown>> {
  const row = await env.DB.prepare(`SELECT ${FLAT_EVENT} FROM audit WHERE run = ? AND code = 'run.admitted'`)
    .bind(run)
    .first<{ event: string }>()
  return JSON.parse(row?.event ?? '{}')
}

async function changes(): Promise<Record<string, unknown>[]> {
  const { results } = await env.DB.prepare(
    `SELECT ${FLAT_EVENT} FROM audit WHERE code = 'admin.changed' ORDER BY seq`,
  ).all<{
    event: string
  }>()
  return results.map(({ event }) => JSON.parse(event))
}

describe('an alias', () => {
  it('stands for its line, with parameters by position, by name and by default', async () => {
    expect(await grace(`alias create hi 'echo hello {{who}} from {{place=here}}'`)).toContain('hi <who>')
    expect(await grace('hi ada')).toContain('hello ada from here')
    expect(await grace('hi ada there')).toContain('hello ada from there')
    expect(await grace('hi --place=there --who ada')).toContain('hello ada from there')
    expect(await grace('hi')).toContain('needs who')
  })

  it('takes what is typed behind it where it has no parameters', async () => {
    await grace(`alias create loud 'echo LOUD:'`)
    expect(await grace('loud one two')).toContain('LOUD: one two')
  })

  it('is recorded as what it stands for, with its name', async () => {
    await grace(`alias create hi 'echo hello {{who}}'`)
    await grace('hi ada')
    const run = await lastRun()
    expect(run).toMatchObject({ line: 'echo hello ada', command: 'echo', state: 'succeeded' })
    expect(await admitted(run.id)).toMatchObject({ line: 'echo hello ada', alias: ['hi'] })
  })

  it('cannot be made to say more than its line by what is given for a parameter', async () => {
    await grace(`alias create hi 'echo hello {{who}}'`)
    expect(await grace(`hi 'ada | raw'`)).toContain('hello ada | raw')
    expect((await lastRun()).command).toBe('echo')
    expect(await grace(`hi '> #secret $x'`)).toContain('hello > #secret $x')
  })

  it('gives no right that its caller lacks', async () => {
    expect(await ada(`alias create ship 'deploy {{app}} staging' --site`)).toContain('Saved for everybody')
    expect(await grace('ship web')).toContain('deploy:run')
    expect(await lastRun()).toMatchObject({ state: 'denied', command: 'deploy' })
  })

  it('of the site needs a permission to be made, renamed or deleted', async () => {
    expect(await grace(`alias create hi 'echo hello' --site`)).toContain('alias:site')
    await ada(`alias create hi 'echo hello' --site`)
    expect(await grace('hi')).toContain('hello')
    expect(await grace('alias delete hi')).toContain('alias:site')
    expect(await grace('alias move hi own')).toContain('alias:site')
    expect(await grace('alias move hi --rename ho')).toContain('alias:site')
    expect(await grace('hi')).toContain('hello')
  })

  it('of one person is nothing to another', async () => {
    await grace(`alias create mine 'echo mine'`)
    expect(await ada('mine')).toContain('There is no command mine')
    expect(await ada('alias show mine')).toContain('there is no alias mine')
    expect(await ada('alias list')).not.toContain('mine')
  })

  it('hides neither a command nor another alias', async () => {
    expect(await grace(`alias create echo 'whoami'`)).toContain('is a command')
    expect(await grace(`alias create alias 'whoami'`)).toContain('is a command')
    await grace(`alias create hi 'echo one'`)
    expect(await grace(`alias create hi 'echo two'`)).toContain('already')
    expect(await ada(`alias create hi 'echo three' --site`)).toContain('one person has a personal alias hi')
    expect(await grace('hi')).toContain('one')
    await ada(`alias create all 'echo all' --site`)
    expect(await grace(`alias create all 'echo mine'`)).toContain('site-wide alias all')
    expect(await ada(`alias create hi 'echo hers'`)).toContain('Saved')
    expect(await grace('hi')).toContain('one')
  })

  it('may stand for aliases, five deep and not six', async () => {
    await grace(`alias create a1 'echo {{x=deep}}'`)
    for (let i = 2; i <= 5; i++) await grace(`alias create a${i} 'a${i - 1}'`)
    expect(await grace('a5')).toContain('deep')
    expect((await admitted((await lastRun()).id)).alias).toEqual(['a5', 'a4', 'a3', 'a2', 'a1'])
    expect(await grace(`alias create a6 'a5'`)).toContain('at most 5 deep')
    expect(await grace('which a5')).toContain('echo deep')
  })

  it('cannot stand for itself, at once or through others, also when it was changed behind our back', async () => {
    expect(await grace(`alias create a 'a'`)).toContain('itself')
    await grace(`alias create b 'echo b'`)
    await grace(`alias create a 'b'`)
    expect(await grace(`alias create b 'a' --replace`)).toContain('b → a → b')
    await env.DB.prepare(`UPDATE aliases SET text = 'a', uses = '["a"]' WHERE name = 'b'`).run()
    expect(await grace('a')).toContain('stands for itself: a → b → a')
  })

  it('is checked when it is saved', async () => {
    expect(await grace(`alias create x 'nosuch web'`)).toContain('no command or alias nosuch')
    expect(await grace(`alias create x 'echo "open'`)).toContain('never closed')
    expect(await grace(`alias create x 'echo {{open'`)).toContain('is no parameter')
    expect(await grace(`alias create x 'help --what'`)).toContain('--what')
    expect(await grace(`alias create x '!!'`)).toContain('cannot repeat earlier lines')
    expect(await grace(`alias create 'two words' 'echo'`)).toContain('one word')
    expect((await env.DB.prepare('SELECT COUNT(*) AS n FROM aliases').first<{ n: number }>())?.n).toBe(0)
  })

  it('may be an emoji, and stand in a pipeline', async () => {
    await grace(`alias create :tada: 'echo done'`)
    await grace(`alias create big 'filter "a > 1" | sort a --desc'`)
    expect(await grace(':tada:')).toContain('done')
    expect(await grace(`seed '[{"a":1},{"a":2},{"a":3}]' | big | pick a | raw`)).toMatch(/3[\s\S]*2/)
  })

  it('may not say where its answer goes unless it is the whole line', async () => {
    await grace(`alias create out 'echo hello > here'`)
    expect(await grace('out | raw')).toContain('only be a whole line')
    expect(await grace('out > me')).toContain('only be a whole line')
  })

  it('is changed with a line in the audit of what was and what is', async () => {
    const seen = (await changes()).length
    await grace(`alias create hi 'echo one'`)
    await grace(`alias create hi 'echo two' --replace`)
    await grace('alias move hi --rename ho')
    await grace('alias delete ho')
    const lines = (await changes()).slice(seen)
    expect(lines.map(({ before, after }) => [before, after])).toEqual([
      [null, ['echo one']],
      [['echo one'], ['echo two']],
      [[expect.stringMatching(/:hi = echo two$/)], [expect.stringMatching(/:ho = echo two$/)]],
      [['echo two'], null],
    ])
    expect(String(lines[0]?.target)).toMatch(/^alias:slack:T0PAWL:U\w+:hi$/)
  })

  it('is not taken away from under others', async () => {
    await grace(`alias create a 'echo a'`)
    await grace(`alias create b 'a'`)
    expect(await grace('alias delete a')).toContain('used by b')
    expect(await grace('alias move a --rename c')).toContain('used by b')
    await grace('alias delete b')
    expect(await grace('alias delete a')).toContain('Deleted a')
  })

  it("that others' stand on cannot go, be renamed or become one's own, and tells their number, not their names", async () => {
    await ada(`alias create base 'echo base' --site`)
    await grace(`alias create hers 'base'`)
    for (const line of ['alias delete base', 'alias move base --rename root', 'alias move base own']) {
      const answer = await ada(line)
      expect(answer).toContain('base is used by one personal alias of somebody else')
      expect(answer).not.toContain('hers')
    }
    await grace('alias delete hers')
    expect(await ada('alias delete base')).toContain('Deleted')
  })

  it('gets no new line with which others that stand on it could not run any more', async () => {
    await ada(`alias create base 'echo base' --site`)
    await ada(`alias create mid 'base | raw' --site`)
    await grace(`alias create hers 'mid'`)
    expect(await ada(`alias create base 'echo {{what}}' --site --replace`)).toMatch(
      /mid, one personal alias of somebody else could not run any more/,
    )
    expect(await ada(`alias create base 'echo x > me' --site --replace`)).toContain('could not run any more')
    expect(await ada(`alias create base 'hers' --site --replace`)).toContain('no command or alias hers')
    expect(await ada(`alias create base 'mid' --site --replace`)).toContain('stands for itself')
    await ada(`alias create other 'echo other' --site`)
    expect(await ada(`alias create base 'other' --site --replace`)).toContain('Saved for everybody')
    expect(await grace('hers')).toContain('other')
  })

  it('moves to the site under its own name also when one stands on it, and back while only the own do', async () => {
    await ada(`alias create aa 'echo aa'`)
    await ada(`alias create bb 'aa'`)
    expect(await ada('alias move aa site')).toContain('for everybody')
    expect(await ada('bb')).toContain('aa')
    expect(await ada('alias move aa own')).toContain('for you')
    expect(await ada('alias move aa site --rename zz')).toContain('aa is used by bb')
    await ada('alias move aa site')
    await ada('alias move bb site')
    expect(await ada('alias move aa own')).toContain('aa is used by bb')
  })

  it('is not saved for a command that one may not run, whatever is wrong with its line', async () => {
    for (const line of ['deploy web staging', 'deploy', 'deploy web moon'])
      expect(await grace(`alias create x '${line}'`)).toContain('x was not saved: you may not run deploy')
  })

  it('takes a place as a parameter in quotes, and checks what is given for it', async () => {
    expect(await ada(`alias create tell 'echo news > {{room}}'`)).toContain("'{{room}}'")
    expect(await ada(`alias create tell "echo news > '{{room}}'"`)).toContain('tell <room>')
    expect(await ada('tell me')).toContain('goes to you')
    expect(await ada('tell her')).toContain('written out')
  })

  it('moves to the site and back', async () => {
    await ada(`alias create hi 'echo hello'`)
    expect(await ada('alias move hi site')).toContain('for everybody')
    expect(await grace('hi')).toContain('hello')
    expect(await ada('alias move hi own')).toContain('for you')
    expect(await grace('hi')).toContain('There is no command hi')
  })

  it('reaches a job as what it stands for', async () => {
    await ada(`alias create nap 'sleep 1'`)
    await ada('nap')
    const run = await world.newestRun('sleep')
    expect(run).toMatchObject({ line: 'sleep 1', state: 'succeeded' })
  })

  it('costs one trip to D1 more, and a line without an alias none', async () => {
    await grace(`alias create a 'echo {{x}}'`)
    await grace(`alias create b 'a {{x}}'`)
    const trips = countTrips()
    await grace('echo plain')
    expect(trips.count()).toBe(2)
    await grace('b counted')
    vi.mocked(env.DB.withSession).mockRestore()
    expect(trips.count()).toBe(5)
  })
})

describe('the table of aliases', () => {
  it('lets nobody see two of one name, whoever writes first', async () => {
    const insert = (owner: string | null) =>
      env.DB.prepare(
        "INSERT INTO aliases (name, owner, text, uses, created_by, created_at) VALUES ('x', ?, 'echo', '[]', 'u', 1)",
      )
        .bind(owner)
        .run()
    await insert('a')
    await insert('b')
    await expect(insert('a')).rejects.toThrow('an alias of this name is there')
    await expect(insert(null)).rejects.toThrow('an alias of this name is there')
    await expect(env.DB.prepare("UPDATE aliases SET owner = NULL WHERE owner = 'a'").run()).rejects.toThrow(
      'an alias of this name is there',
    )
    await env.DB.prepare("DELETE FROM aliases WHERE owner = 'b'").run()
    await env.DB.prepare("UPDATE aliases SET owner = NULL WHERE owner = 'a'").run()
    await expect(insert('c')).rejects.toThrow('an alias of this name is there')
  })
})

describe('the examples', () => {
  it('all do what they say, one after the other', async () => {
    const registry = loadRegistry()
    const lines = ['alias:create', 'alias:list', 'alias:show', 'which', 'history', 'tee', 'cat', 'alias:move'].flatMap(
      (key) => registry.byKey(key)?.examples ?? [],
    )
    const [create] = registry.byKey('alias:create')?.examples ?? []
    const [remove] = registry.byKey('alias:delete')?.examples ?? []
    for (const [line] of [...lines, create ?? [''], remove ?? ['']]) {
      const answer = await ada(line)
      expect((await lastRun()).state, `${line}: ${answer}`).toBe('succeeded')
    }
    expect(lines.length).toBeGreaterThan(12)
  })
})

describe('which', () => {
  it('tells a command with its file, a built-in one, an alias written out, and neither', async () => {
    expect(await grace('which deploy')).toContain('commands/deploy.ts')
    expect(await grace('which alias create')).toContain('built in')
    await ada(`alias create d 'deploy {{app}} --env={{env=staging}}'`)
    await ada(`alias create web 'd web'`)
    const answer = await ada('which web')
    expect(answer).toContain('deploy web --env=staging')
    expect(answer).toContain('yours')
    expect(await ada('which d')).toContain('deploy {{app}} --env={{env=staging}}')
    expect(await ada('which wen')).toContain('did you mean web?')
  })
})

describe('!!', () => {
  it('runs a line that makes an alias again, its parameters left as they are', async () => {
    await grace(`alias create hi 'echo hello {{who}} {{place=here}}'`)
    await grace('alias delete hi')
    expect(await grace('!2')).toContain('hi <who> [<place=here>]')
    expect(await grace('hi ada')).toContain('hello ada here')
  })

  it('runs the last line again, as a new run with the line itself', async () => {
    await grace('echo first')
    await grace('echo second')
    const before = await lastRun()
    expect(await grace('!!')).toContain('second')
    const again = await lastRun()
    expect(again).toMatchObject({ line: 'echo second', command: 'echo', history: 'repeat' })
    expect(again.id).not.toBe(before.id)
    expect((await admitted(again.id)).repeats).toEqual([before.id])
  })

  it('does not count itself: !2 stays the second last line that was typed', async () => {
    await grace('echo first')
    await grace('echo second')
    await grace('!!')
    expect(await grace('!2')).toContain('first')
    expect(await grace('!2')).toContain('first')
    expect(await grace('!1 and more')).toContain('second and more')
  })

  it('goes through the full check: what was refused is refused again', async () => {
    expect(await grace('deploy web staging')).toContain('deploy:run')
    expect(await grace('!!')).toContain('deploy:run')
    expect(await lastRun()).toMatchObject({ state: 'denied', line: 'deploy web staging' })
  })

  it("is each person's own", async () => {
    await grace('echo hers')
    await ada('echo his')
    expect(await grace('!!')).toContain('hers')
    expect(await world.hears('linus', '/pawl !!')).toContain('no earlier line')
  })

  it('keeps to the letter what was quoted', async () => {
    await grace(`echo 'a | b  > #c $d' "it's"`)
    expect(await grace('!!')).toContain(`a | b  > #c $d it's`)
  })

  it('runs again what Discord had typed', async () => {
    const says = async (line: string) =>
      (await (await world.simulator.discord.user('grace').in('#ops').says(line)).final()).text
    expect(await says('/which name:alias create')).toContain('built in')
    expect(await lastRun()).toMatchObject({ line: 'which alias create', history: 'whole' })
    expect(await says('/pawl run:!!')).toContain('built in')
    await says(`/history search:it's`)
    expect(await lastRun()).toMatchObject({ line: `history --search="it's"`, history: 'whole' })
  })

  it('refuses a line of which only a part was kept', async () => {
    await grace('nosuch thing with words')
    expect(await grace('!!')).toContain('only its beginning was kept: type it again')
    await grace(`echo ${'x'.repeat(600)}`)
    expect(await grace('!!')).toContain('too long to be kept')
    await grace("echo… 'x")
    expect(await grace('!!')).toContain('only its beginning was kept')
    await env.DB.prepare(
      "UPDATE runs SET line = 'login [secret]' WHERE history <> 'repeat' AND id = (SELECT id FROM runs WHERE history <> 'repeat' ORDER BY created_at DESC, id DESC LIMIT 1)",
    ).run()
    expect(await grace('!!')).toContain('it held a secret: type it again')
  })

  it('finds its line along the index', async () => {
    const { results } = await env.DB.prepare(
      "EXPLAIN QUERY PLAN SELECT id, line, history FROM runs WHERE platform = 'a' AND workspace = 'b' AND actor = 'c' AND history <> 'repeat' ORDER BY created_at DESC, id DESC LIMIT 1 OFFSET 2",
    ).all<{ detail: string }>()
    expect(results.map(({ detail }) => detail).join()).toMatch(/^SEARCH runs USING INDEX runs_of_actor/)
    expect(results).toHaveLength(1)
  })
})

describe('history', () => {
  it('lists own lines, oldest first in the chat, with what repeats them', async () => {
    await grace('echo alpha one')
    await grace('echo beta')
    await grace('echo alpha two')
    await grace('!!')
    const answer = await grace('history 3')
    expect(answer).toMatch(/!4 .*echo alpha one[\s\S]*!3 .*echo beta[\s\S]*!2 .*echo alpha two/)
    expect(await grace('!2')).toContain('alpha two')
    await ada('echo his own')
    expect(await grace('history 100')).not.toContain('his own')
  })

  it('is searched by words, all of which must be there', async () => {
    await grace('echo alpha one')
    await grace('echo alpha two')
    const answer = await grace(`history --search 'TWO alpha'`)
    expect(answer).toContain('alpha two')
    expect(answer).not.toContain('alpha one')
  })

  it('is seen by the asker only', async () => {
    expect((await (await world.says('grace', '/pawl history')).final()).onlyFor).toBe('grace')
  })
})

describe('tee and cat', () => {
  it('keep records per person, and pass them on', async () => {
    expect(await grace(`seed '[{"a":1},{"a":2}]' | tee nums | count`)).toContain('2')
    expect(await grace('cat nums | sum a')).toContain('3')
    expect(await ada('cat nums')).toContain('nothing is kept as nums')
    expect(await grace('cat num')).toContain('did you mean nums?')
  })

  it('share by permission', async () => {
    expect(await grace(`seed '[1]' | tee team --shared`)).toContain('tee:shared')
    await ada(`seed '[42]' | tee team --shared`)
    expect(await grace('cat team --shared')).toContain('42')
    expect(await grace('cat team')).toContain('nothing is kept')
  })

  it('replace what was kept under the name', async () => {
    await grace(`seed '[1]' | tee x`)
    await grace(`seed '["new"]' | tee x`)
    expect(await grace('cat x')).toContain('new')
    expect((await env.DB.prepare('SELECT COUNT(*) AS n FROM kept_records').first<{ n: number }>())?.n).toBe(1)
  })

  it('take 64 KB and not one byte more', async () => {
    const line = (bytes: number) => {
      // [{"value":"…","v":"…"}] with the first text sixteen times in the second, and the rest behind it.
      const rest = bytes - '[{"value":"","v":""}]'.length - 17 * 3_800
      return `seed '["${'y'.repeat(3_800)}"]' | set v "${'$'.concat('{value}').repeat(16)}${'z'.repeat(rest)}" | tee big | count`
    }
    expect(await grace(line(65_536))).not.toContain('at most')
    expect(await grace('cat big | count')).toContain('1')
    expect(await grace(line(65_537))).toContain('65537 bytes; tee keeps at most 65536')
  })

  it('give no more than passes between two stages, measured on the way', async () => {
    await grace(`seed '["${'y'.repeat(3_800)}"]' | set v "${'$'.concat('{value}').repeat(14)}" | tee big`)
    const times = (count: number) => `seed '[${'1,'.repeat(count - 1)}1]'`
    expect(await grace(`${times(17)} | cat big --insert b | count`)).toContain('17')
    for (const how of ['--insert b', '--append', '--merge', ''])
      expect(await grace(`${times(1_000)} | cat big ${how} | count`)).toContain('after 17 of 1000 records')
  })

  it('refuse the 51st name, and forget after 30 days', async () => {
    const now = Date.now()
    await env.DB.batch(
      Array.from({ length: 50 }, (_, i) =>
        env.DB.prepare(
          "INSERT INTO kept_records (name, owner, records, kept_by, kept_at, expires_at) VALUES (?1, ?2, '[]', 'x', 1, ?3)",
        ).bind(`n${i}`, 'slack:T0PAWL:U0GRACE001', now + 60_000),
      ),
    )
    expect(await grace(`seed '[1]' | tee one-more`)).toContain('50 names already')
    expect(await grace(`seed '[1]' | tee n0`)).not.toContain('50 names')
    await env.DB.prepare("UPDATE kept_records SET expires_at = 1 WHERE name = 'n1'").run()
    expect(await grace('cat n1')).toContain('nothing is kept as n1')
    expect(await grace(`seed '[1]' | tee one-more`)).not.toContain('50 names')
    expect(await env.DB.prepare("SELECT 1 FROM kept_records WHERE name = 'n1'").first()).toBeNull()
  })
})
