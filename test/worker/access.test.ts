/** The designed deploy rules, and the answers of `why`, `can` and `who can`, through the doors and over the real database. */
import { env } from 'cloudflare:test'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { openWorld, type World } from './world.ts'

let world: World
const ada = (line: string) => world.hears('ada', `/pawl ${line}`)
const grace = (line: string) => world.hears('grace', `/pawl ${line}`)

beforeAll(async () => {
  world = await openWorld()
  for (const line of [
    'user add grace @grace',
    'group create deployers',
    'group add deployers grace',
    'role create deployer',
    'permission grant deploy:run deployer',
    'permission grant http:check deployer',
    'role grant deployer deployers',
    'role create prod-deployer',
    'permission grant deploy:prod prod-deployer',
    'group create prod-deployers',
    'role grant prod-deployer prod-deployers',
  ])
    await ada(line)
})
afterEach(() => {
  vi.useRealTimers()
})

const HOUR = 3_600_000

describe('the designed deploy rules', () => {
  it('let a developer deploy to staging, and to production for as long as that is granted', async () => {
    expect(await grace('deploy web staging')).toMatch(/Deployed/)
    const denied = await grace('deploy web prod')
    expect(denied).toMatch(/You may not run deploy: it needs deploy:prod/)
    await ada('group add prod-deployers grace --for 2h')
    const asked = await world.says('grace', '/pawl deploy web prod')
    expect((await asked.final()).text).toMatch(/waits for approval: 1 with deploy:approve/)
    const { id } = await world.newestRun('deploy')
    expect(await grace(`approval approve ${id}`)).toMatch(/somebody else has to decide/)
    expect(await ada(`approval approve ${id}`)).toMatch(/You approved/)
    expect((await asked.final({ until: ({ text }) => text.includes('Deployed') })).text).toMatch(/Deployed .*to prod/)
    vi.useFakeTimers({ now: Date.now() + 2 * HOUR - 60_000, toFake: ['Date'] })
    expect(await grace('why deploy web prod')).toMatch(/allowed/)
    vi.setSystemTime(Date.now() + 61_000)
    expect(await grace('deploy web prod')).toMatch(/it needs deploy:prod/)
    vi.useRealTimers()
    await ada('group remove prod-deployers grace')
  }, 60_000)

  it('refuse the literal part of a stage that waits for records, before anything runs', async () => {
    const before = world.simulator.upstream.log.length
    expect(await grace(`seed '[{"s":"web"}]' | deploy $s prod`)).toMatch(/it needs deploy:prod/)
    expect(await world.newestRun('seed|deploy')).toMatchObject({ state: 'denied' })
    expect(world.simulator.upstream.log).toHaveLength(before)
  })

  it('stop a stage whose arguments turn out forbidden before its effect, and name what ran', async () => {
    const before = world.simulator.upstream.log.length
    await ada(`rule create 'when command is http:check with option[url] matches /.*prod.*/ forbid because "no probes"'`)
    const told = await grace(`seed '[{"u":"https://web.test/a"},{"u":"https://prod.test/b"}]' | http check $u`)
    expect(told).toMatch(/may not run http check with these arguments: it is forbidden: no probes/)
    expect(told).toMatch(/Stage 2 of 2 \(http check\) failed; before it ran: seed/)
    expect(world.simulator.upstream.log).toHaveLength(before)
    const { id } = await world.newestRun('seed|http:check')
    const events = await world.auditOf(String(id))
    expect(events.filter((code) => code === 'policy.denied')).toHaveLength(1)
  })
})

describe('why', () => {
  it('shows each rule, what it looked at, what is missing, who holds and who can grant it', async () => {
    const told = await grace('why deploy web prod --force')
    expect(told).toMatch(/deploy: denied, it needs deploy:prod/)
    expect(told).toMatch(/\+ when command is deploy must have deploy:run/)
    expect(told).toMatch(/option\[env\] == "prod": yes, it is "prod"/)
    expect(told).toMatch(/missing deploy:prod/)
    expect(told).toMatch(/deploy:prod is held by nobody yet|deploy:prod is held by/)
  })

  it('says who and where somebody is by the names that rules have for them', async () => {
    await ada(
      `rule create 'when command is meow with user == "@grace" and group == deployers and channel == "#general" forbid'`,
    )
    const told = await grace('why meow')
    expect(told).toContain('user == "@grace": yes, it is "@grace"')
    expect(told).toContain('group == deployers: yes, it is ["deployers","everyone"]')
    expect(told).toContain('channel == "#general": no, it is "#C0OPS00001"')
    expect(told).toContain('#C0OPS00001 is #ops')
    expect(told).not.toMatch(/"(?:user|group|slack):/)
  })

  it('runs nothing, and takes a whole pipeline in quotes', async () => {
    const before = world.simulator.upstream.log.length
    const told = await grace(`why 'seed [] | deploy $s staging'`)
    expect(told).toMatch(/1\. seed: allowed/)
    expect(told).toMatch(/2\. deploy: (?:allowed|depends on records)/)
    expect(world.simulator.upstream.log).toHaveLength(before)
  })

  it('explains a line that cannot run only to who may run its commands', async () => {
    expect(await grace('why deploy web moon')).toMatch(/staging, prod/)
    expect(await grace('why permission grant x')).not.toMatch(/role/)
  })

  it('keeps no line, and no records: only the answer says what was asked', async () => {
    expect(await grace('why deploy web prod')).toContain('it is "prod"')
    const { reply, ...run } = await world.newestRun('why')
    expect(run.records).toBeNull()
    for (const kept of [JSON.stringify(run), String(reply)]) expect(kept).not.toContain('deploy web prod')
    expect(JSON.stringify(run)).not.toContain('prod')
  })

  it('says that arguments cannot be read, and speaks of records only where there are some', async () => {
    const told = await grace('why deploy web moon')
    expect(told).toMatch(/depends on arguments, its arguments cannot be read/)
    expect(told).not.toContain('records')
    const piped = await grace(`why 'seed [] | deploy $s'`)
    expect(piped).toMatch(/depends on (?:arguments|records)/)
    await ada('group add prod-deployers grace')
    expect(await grace(`why 'seed [] | deploy web $env'`)).toMatch(/2\. deploy: depends on records/)
    await ada('group remove prod-deployers grace')
  })
})

describe('can and who can', () => {
  it('answer for somebody else, for who may ask', async () => {
    expect(await ada('can grace deploy web staging')).toMatch(/allowed/)
    expect(await ada('can grace deploy web prod')).toMatch(/denied, it needs deploy:prod/)
    expect(await ada('can @linus deploy web staging')).toMatch(/it needs deploy:run/)
    expect(await grace('can ada deploy web prod')).toMatch(/You may not run can/)
  })

  it('list who may, by the groups that they are in', async () => {
    const told = await ada('who can deploy web staging')
    expect(told).toMatch(/users in deployers/)
    expect(told).toMatch(/grace/)
    expect(await ada('who can echo hi')).toMatch(/everyone/)
    const prod = await ada('who can deploy web prod')
    expect(prod).toMatch(/PAWL_ADMINS/)
    expect(prod).not.toMatch(/grace/)
  })

  it('tell who may for certain from whom only its records decide, and say what is wrong with a line', async () => {
    const open = await ada(`who can 'seed [] | deploy web $env'`)
    expect(open).toMatch(/users in deployers, if its records allow it/)
    expect(await ada(`who can 'seed [] | deploy web staging'`)).not.toContain('allow it')
    const wrong = await ada('who can deploy web moon')
    expect(wrong).toMatch(/staging, prod/)
    expect(wrong).toMatch(/users in deployers, if its arguments allow it/)
  })

  it('decide each administrator of the setting as the user that it is', async () => {
    await ada('user add ada @ada')
    await ada('group create frozen')
    const id = /Rule (\d+):/.exec(await ada('rule create when command is meow with group == frozen forbid'))?.[1]
    expect(await ada('who can meow')).toMatch(/PAWL_ADMINS\):? *\n?.*ada/)
    await ada('group add frozen ada')
    expect(await ada('who can meow')).not.toContain('PAWL_ADMINS')
    await ada(`rule delete ${id}`)
    await ada('user remove ada')
  })
})

describe('what must come first', () => {
  const rules: string[] = []
  beforeAll(async () => {
    for (const text of [
      'when command is deploy with option[env] == staging must be confirmed and approved by deploy:yes',
      'when command is deploy with option[service] == api must be approved by 2 of deploy:yes',
    ])
      rules.push(/Rule (\d+):/.exec(await ada(`rule create ${text}`))?.[1] ?? '')
  })
  afterAll(async () => {
    for (const id of rules) await ada(`rule delete ${id}`)
  })

  it('is said by why and can, of all rules that match', async () => {
    expect(await grace('why deploy web staging')).toMatch(
      /deploy: allowed, every rule.*The line may start after confirming it, and after approval by 1 with deploy:yes\./s,
    )
    expect(await ada('can grace deploy api staging')).toContain(
      'The line may start after confirming it, and after approval by 2 with deploy:yes.',
    )
    expect(await ada('why deploy web prod')).toContain('The line may start after approval by 1 with deploy:approve.')
    expect(await ada('why echo hello')).not.toContain('may start')
    // Nothing comes first where nothing comes at all.
    expect(await grace('why deploy api prod')).not.toContain('may start')
  })

  it('is said by who can', async () => {
    expect(await ada('who can deploy web staging')).toMatch(
      /users in deployers, after confirming it, and after approval by 1 with deploy:yes/,
    )
  })

  it('is asked for no dry run', async () => {
    expect(await grace('why deploy web staging --dry-run')).not.toContain('may start')
  })

  it('refuses a stage whose arguments come from records, at once where it is certain', async () => {
    const before = world.simulator.upstream.log.length
    const line = `seed '[{"s":"web"}]' | deploy $s staging`
    expect(await grace(line)).toMatch(
      /You may not run deploy: it needs a confirmation or an approval.*Nothing was run/s,
    )
    expect(await world.newestRun('seed|deploy')).toMatchObject({ state: 'denied' })
    expect(await grace(`why '${line.replaceAll("'", '"')}'`)).not.toContain('may start')
    expect(world.simulator.upstream.log).toHaveLength(before)
  })

  it('refuses it before its first effect where the records tell', async () => {
    const before = world.simulator.upstream.log.length
    const told = await ada(
      "rule create 'when command is http:check with option[url] matches /.*stage.*/ must be confirmed'",
    )
    rules.push(/Rule (\d+):/.exec(told)?.[1] ?? '')
    expect(await grace(`seed '[{"u":"https://web.test/a"},{"u":"https://stage.test/b"}]' | http check $u`)).toMatch(
      /You may not run http check with these arguments: it needs a confirmation or an approval.*before it ran: seed/s,
    )
    expect(world.simulator.upstream.log).toHaveLength(before)
    const { id } = await world.newestRun('seed|http:check')
    const events = await world.auditOf(String(id))
    expect(events.filter((code) => code === 'policy.denied')).toHaveLength(1)
  })
})

describe('a policy that cannot be read', () => {
  it('runs nothing', async () => {
    const row = await env.DB.prepare(
      "INSERT INTO rules (command, text, created_at) VALUES ('echo', 'when command is echo perhaps', 0) RETURNING id",
    ).first<{ id: number }>()
    expect(await ada('echo hello')).toMatch(/cannot be evaluated/)
    await env.DB.prepare('DELETE FROM rules WHERE id = ?')
      .bind(row?.id ?? 0)
      .run()
    expect(await ada('echo hello')).toMatch(/hello/)
  })
})
