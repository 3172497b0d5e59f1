/** Administration in chat, as a person types it: through the doors, over the real database. */
import { env } from 'cloudflare:test'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { FLAT_EVENT } from '../../src/db/audit.ts'
import { expireGrants } from '../../src/runs/expire.ts'
import { sweep } from '../../src/runs/sweep.ts'
import { servicesOf } from '../../src/services.ts'
import { openWorld, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})

/** An empty policy, as after the migrations. */
beforeEach(async () => {
  await env.DB.batch(
    ['rules', 'expectations', 'rooms', 'users', 'roles', 'permissions', 'group_roles', 'role_permissions']
      .map((table) => env.DB.prepare(`DELETE FROM ${table}`))
      .concat(env.DB.prepare("DELETE FROM groups WHERE name <> 'everyone'")),
  )
})
afterEach(() => {
  vi.useRealTimers()
})

/** The administrator of the simulator. */
const ada = (line: string) => world.hears('ada', `/pawl ${line}`)
const grace = (line: string) => world.hears('grace', `/pawl ${line}`)
const onDiscord = async (line: string) =>
  (await (await world.simulator.discord.user('ada').in('#ops').says(`/pawl run: ${line}`)).final()).text

/** Makes each change, and fails the test where one is refused. */
async function done(...lines: readonly string[]): Promise<void> {
  for (const line of lines) {
    const text = await ada(line)
    const run = await env.DB.prepare('SELECT state FROM runs ORDER BY created_at DESC, rowid DESC LIMIT 1')
      .first<{ state: string }>()
      .catch(() => null)
    if (run && run.state !== 'succeeded') throw new Error(`${line}: ${text}`)
  }
}

/** grace deploys, through group and role. */
const GRACE_DEPLOYS = [
  'user add grace @grace',
  'group create deployers',
  'group add deployers grace',
  'role create deployer',
  'permission grant deploy:run deployer',
  'role grant deployer deployers',
]

async function changes(): Promise<{ target: string; before: unknown; after: unknown }[]> {
  const { results } = await env.DB.prepare(
    `SELECT ${FLAT_EVENT} FROM audit WHERE code = 'admin.changed' ORDER BY seq`,
  ).all<{
    event: string
  }>()
  return results.map(({ event }) => {
    const { target, before, after } = JSON.parse(event)
    return { target, before, after }
  })
}

const HOUR = 3_600_000

describe('users', () => {
  it('are added, listed, shown with all they have, and removed with words for what is lost', async () => {
    await done(...GRACE_DEPLOYS)
    expect(await ada('user list')).toMatch(/grace.*slack:T0PAWL:U0GRACE001.*deployers/s)
    const info = await ada('user info @grace')
    for (const word of ['slack:T0PAWL:U0GRACE001', 'deployers', 'deployer', 'deploy:run']) expect(info).toContain(word)
    const removed = await ada('user remove grace')
    expect(removed).toContain('Removed the user grace')
    for (const word of ['slack:T0PAWL:U0GRACE001', 'deployers', 'deploy:run']) expect(removed).toContain(word)
    expect(await ada('user info grace')).toContain('no user of Pawl yet')
    expect(await grace('deploy web staging')).toContain('deploy:run')
  })

  it('have one name and one account, and names that can be typed', async () => {
    await done('user add grace @grace')
    expect(await ada('user add linus @grace')).toContain('is the user grace already')
    expect(await ada('user add grace @linus')).toContain('choose another name')
    expect(await ada('user add Grace @linus')).toContain('lower-case')
    expect(await ada('user remove linus')).toContain('no user of Pawl yet')
  })

  it('are listed by name, a page at a time', async () => {
    await done('user add ada @ada', 'user add grace @grace', 'user add linus @linus')
    const first = await ada('user list --limit 2')
    expect(first).toContain('grace')
    expect(first).not.toContain('linus')
    expect(await ada('user list --after grace')).toMatch(/^(?!.*grace).*linus/s)
    expect(await ada('user list lin')).toMatch(/^(?!.*grace).*linus/s)
  })

  it('that a rule names can go: the rule stays, names nobody, and the answer says so', async () => {
    await done('user add grace @grace', 'rule create when command is meow with user == @grace forbid')
    const told = await ada('user remove grace')
    expect(told).toContain('Removed the user grace')
    expect(told).toContain('rule "when command is meow with user == @grace forbid": the user @grace is gone')
    await done('user add grace @grace')
    expect(await grace('meow')).not.toContain('forbids')
    expect(await ada('rule list meow')).toContain('user == @grace forbid')
  })

  it('that an expectation names stay until that is let go', async () => {
    await done('user add grace @grace', 'expectation create @grace: meow => allowed')
    expect(await ada('user remove grace')).toContain('the expectation "@grace: meow => allowed"')
  })

  it('that are mentioned are found by their account, whoever has a name that reads like it', async () => {
    await done('user add grace @grace', 'user add linus @linus')
    // From before such names were refused.
    await env.DB.prepare("UPDATE users SET name = 'u0grace001' WHERE name = 'linus'").run()
    expect(await ada('user info @grace')).toContain('User: grace')
    expect(await ada('can @grace deploy web staging')).toContain('deploy:run')
    await done('group create deployers', 'role create deployer', 'permission grant deploy:run deployer')
    await done('role grant deployer deployers', 'group add deployers @grace')
    expect(await ada('group info deployers')).toMatch(/Members: grace/)
    expect(await ada('can @grace deploy web staging')).toMatch(/deploy: allowed/)
    await done('user remove @grace')
    for (const line of ['user info @grace', 'user remove @grace', 'group add deployers @grace'])
      expect(await ada(line)).toContain('no user of Pawl yet')
    expect(await ada('can @grace deploy web staging')).toMatch(/denied, it needs deploy:run/)
    expect(await ada('user add u0eve00001 @eve')).toContain('reads like the id of a chat account')
  })
})

describe('groups and roles', () => {
  it('are created once, listed, shown and deleted with what hung on them', async () => {
    await done(...GRACE_DEPLOYS)
    expect(await ada('group create deployers')).toContain('already')
    expect(await ada('group create everyone')).toContain('everybody of a served workspace')
    expect(await ada('group list')).toMatch(/deployers\s+1\s+deployer/)
    expect(await ada('group list')).toMatch(/everyone\s+everybody of a served workspace/)
    expect(await ada('group info deployers')).toMatch(/grace[\s\S]*deployer[\s\S]*deploy:run/)
    expect(await ada('group info everyone')).toContain('everybody of a served workspace')
    expect(await ada('role list')).toMatch(/deployer[\s\S]*deploy:run[\s\S]*deployers/)
    expect(await ada('role info deployer')).toMatch(/deploy:run[\s\S]*deployers[\s\S]*grace/)
    expect(await ada('role delete deployer')).toContain('Groups that had it: deployers')
    expect(await grace('deploy web staging')).toContain('deploy:run')
    expect(await ada('group delete deployers')).toContain('members: 1')
    expect(await ada('group info deployers')).toContain('there is no group "deployers"')
    expect(await ada('group delete everyone')).toContain('always exists')
    expect(await ada('role info deployer')).toContain('there is no role "deployer"')
  })

  it('say so when a link is as it was, and change nothing', async () => {
    await done(...GRACE_DEPLOYS)
    const before = (await changes()).length
    expect(await ada('group add deployers grace')).toContain('Nothing changed')
    expect(await ada('role revoke deployer everyone')).toContain('Nothing changed')
    expect(await ada('permission revoke deploy:prod deployer')).toContain('Nothing changed')
    expect(await changes()).toHaveLength(before)
  })

  it('name what is not there, and a near name', async () => {
    await done(...GRACE_DEPLOYS)
    expect(await ada('group add deployer grace')).toContain('did you mean deployers?')
    expect(await ada('role grant boss deployers')).toContain('there is no role "boss"')
    expect(await ada('group add deployers linus')).toContain('user add')
    expect(await ada('group add everyone grace')).toContain('no list of members')
    expect(await ada('permission grant deploy:rnu deployer')).toContain('did you mean deploy:run?')
  })

  it('give everybody what is granted to everyone', async () => {
    await done('role create deployer', 'permission grant deploy:run deployer')
    expect(await world.hears('linus', '/deploy web staging')).toContain('deploy:run')
    await done('role grant deployer everyone')
    expect(await world.hears('linus', '/pawl whoami')).toContain('deploy:run')
    expect(await ada('permission info deploy:run')).toContain('everyone (everybody of a served workspace)')
  })
})

describe('a grant for a time', () => {
  it('holds until its end and not beyond, and is shown with it', async () => {
    await done(...GRACE_DEPLOYS.slice(0, 2), ...GRACE_DEPLOYS.slice(3))
    const granted = Date.now()
    expect(await ada('group add deployers grace --for 2h')).toMatch(/grace until \d{4}-\d\d-\d\d \d\d:\d\d UTC/)
    expect(await grace('deploy web staging')).toContain('Deployed')
    vi.useFakeTimers({ toFake: ['Date'], now: granted + 2 * HOUR - 1_000 })
    expect(await grace('whoami')).toContain('deploy:run')
    vi.setSystemTime(granted + 2 * HOUR + 1_000)
    expect(await grace('whoami')).not.toContain('deploy:run')
    expect(await grace('deploy web staging')).toContain('deploy:run')
    expect(await ada('group info deployers')).not.toContain('grace')
  })

  it('can be prolonged, ended early and made good', async () => {
    await done(...GRACE_DEPLOYS)
    expect(await ada('permission grant deploy:run deployer --until 2999-12-01')).toContain(
      'deploy:run until 2999-12-01 00:00 UTC',
    )
    expect(await ada('permission grant deploy:run deployer --until 2999-12-01')).toContain('Nothing changed')
    expect(await ada('permission grant deploy:run deployer')).toMatch(/now: deploy:run\./)
    expect(await ada('role grant deployer deployers --for 1d')).toContain('deployer until')
  })

  it.each([
    ['--until 2020-01-01', 'is past'],
    ['--until soon', 'is no date'],
    ['--until 1800000000', 'is no date'],
    ['--for soon', 'is no length of time'],
    ['--for 0h', 'is no length of time'],
    ['--for 2h --until 2999-12-01', 'not both'],
  ])('is refused with %s', async (end, message) => {
    await done('role create deployer')
    expect(await ada(`permission grant deploy:run deployer ${end}`)).toContain(message)
    expect(await ada('role info deployer')).toMatch(/Permissions:\s+none/)
  })

  it('is cleared away by the sweeper after its end, each with an event, and never before', async () => {
    await done(...GRACE_DEPLOYS.slice(0, 2), 'group add deployers grace --for 1h', 'role create deployer')
    await done('permission grant deploy:run deployer --for 1h', 'role grant deployer deployers --for 3h')
    const left = async () =>
      (
        await env.DB.batch(
          ['group_members', 'role_permissions', 'group_roles'].map((table) =>
            env.DB.prepare(`SELECT count(*) AS n FROM ${table}`),
          ),
        )
      ).map(({ results }) => (results[0] as { n: number }).n)
    const services = servicesOf(env)
    await expireGrants(services)
    expect(await left()).toEqual([1, 1, 1])
    await sweep({ ...services, now: () => Date.now() + 2 * HOUR })
    expect(await left()).toEqual([0, 0, 1])
    const { results } = await env.DB.prepare(`SELECT ${FLAT_EVENT} FROM audit WHERE code = 'grant.expired'`).all<{
      event: string
    }>()
    const events = results.map(({ event }) => JSON.parse(event))
    expect(events).toContainEqual(expect.objectContaining({ target: 'group:deployers', before: ['grace'], after: [] }))
    expect(events).toContainEqual(
      expect.objectContaining({ target: 'role:deployer', before: ['deploy:run'], after: [] }),
    )
    expect(events[0]).not.toHaveProperty('actor')
  })
})

describe('permissions', () => {
  it('are listed with what holds them, those of rules, of the house and of groups of commands', async () => {
    await done(...GRACE_DEPLOYS)
    const list = await ada('permission list')
    expect(list).toMatch(/deploy:run\s+\d+\s+deployer/)
    for (const permission of ['pawl:admin', 'redirect:post', 'policy:deploy']) expect(list).toContain(permission)
    expect(list).not.toContain('policy:group')
    const info = await ada('permission info deploy:run')
    for (const word of ['when command is deploy must have deploy:run', 'deployer', 'deployers', 'grace'])
      expect(info).toContain(word)
    expect(await ada('permission info run:read')).toContain("seeing others' runs")
    expect(await ada('permission info deploy:rnu')).toContain('did you mean deploy:run?')
  })
})

describe('a rule', () => {
  it('counts from the next command on, and is listed, shown, disabled, enabled and deleted', async () => {
    expect(await grace('meow')).not.toContain('not allowed')
    const create = 'rule create when command is meow forbid because frozen'
    const id = /Rule (\d+):/.exec(await ada(create))?.[1]
    expect(await grace('meow')).toContain('frozen')
    expect(await ada('rule list meow')).toMatch(
      new RegExp(`${id}  when command is meow forbid because "frozen"  \\(site\\)`),
    )
    expect(await ada('rule list meow')).toMatch(/- {2}when command is meow allow {2}\(commands\/meow.ts\)/)
    expect(await ada(`rule show ${id}`)).toContain('forbid because "frozen"')
    expect(await ada(`rule disable ${id}`)).toContain('Disabled rule')
    expect(await ada('rule list meow')).toContain('(site, disabled)')
    expect(await ada(`rule disable ${id}`)).toContain('Nothing changed')
    expect(await grace('meow')).not.toContain('frozen')
    expect(await ada(create)).toContain(`rule enable ${id}`)
    expect(await ada(`rule enable ${id}`)).toContain('Enabled rule')
    expect(await grace('meow')).toContain('frozen')
    expect(await ada(`rule delete ${id}`)).toContain('Deleted rule')
    expect(await grace('meow')).not.toContain('frozen')
    expect(await ada(`rule delete ${id}`)).toContain(`there is no rule ${id}`)
  })

  it('shows who holds what it asks for', async () => {
    await done(...GRACE_DEPLOYS)
    const id = /Rule (\d+):/.exec(await ada('rule create when command is meow must have deploy:run'))?.[1]
    expect(await ada(`rule show ${id}`)).toMatch(/deploy:run: held by grace/)
  })

  it('reads the same quoted as a whole, or not', async () => {
    expect(await ada('rule create when command is deploy with option[env] == "prod" must have deploy:prod')).toContain(
      'option[env] == prod must',
    )
    expect(await ada(`rule create 'when command is deploy with option[env] == prod must have deploy:prod'`)).toContain(
      'Nothing changed',
    )
    expect(await ada('rule create when command is deploy forbid because "the shop is open"')).toContain(
      'because "the shop is open"',
    )
  })

  it('that cannot be read, or does not fit the command, is refused with its place', async () => {
    const before = (await changes()).length
    expect(await ada('rule create when command is deploy must hve deploy:prod')).toMatch(/must hve[\s\S]*\^/)
    expect(await ada('rule create when command is deploy with option[evn] == prod must have deploy:prod')).toContain(
      'env',
    )
    expect(await ada('rule create when command is deplyo must have deploy:prod')).toContain('deploy')
    expect(await changes()).toHaveLength(before)
  })

  it('names rooms by mention or name, keeps their ids, and gives them a name in the policy', async () => {
    const made = await ada('rule create when command is deploy with channel != #ops forbid')
    expect(made).toContain('#ops is slack:C0OPS00001')
    expect(made).toContain('channel != #ops forbid')
    expect(await ada('room list')).toMatch(/#ops .*on slack, 1 rule/)
    expect(await ada(`rule create 'when command is meow with channel == "#ops" forbid'`)).toContain('slack:C0OPS00001')
    expect(await ada('rule create when command is meow with channel == #nowhere forbid')).toContain('no such channel')
    // What is read on both platforms holds no id of one, and a rule may name rooms of both.
    const both = 'when command is meow with not channel in ["#ops", "discord:1180000000000000021"]'
    await ada(`rule create '${both} forbid because "meow in #ops, not #1"'`)
    expect(await world.db.prepare(`SELECT text FROM rules WHERE text LIKE '%not #1%'`).first('text')).toBe(
      `${both} forbid because "meow in #ops, not #1"`,
    )
    // The same name on the other platform is another room.
    expect(
      await onDiscord('rule create when command is sleep with channel == <#1180000000000000021> forbid'),
    ).toContain('#ops:discord is discord:1180000000000000021')
  })

  it('is typed into the form of Discord as on a line', async () => {
    const says = async (line: string) =>
      (await (await world.simulator.discord.user('ada').in('#ops').says(line)).final()).text
    await says('/user add name:grace who:@grace')
    expect(
      await says('/rule create rule:when command is meow with user == @grace forbid because "it is late"'),
    ).toContain('user == @grace forbid because "it is late"')
    expect(await says('/expectation create text:@grace in #ops: meow => denied because forbidden')).toContain(
      '@grace in #ops: meow => denied because forbidden',
    )
  })

  it('names people by mention or name, and groups', async () => {
    await done('user add grace @grace', 'group create freezers')
    const made = await ada('rule create when command is meow with user == @grace or group == freezers forbid')
    expect(made).toContain('user == @grace or group == freezers')
    expect(made).toContain('@grace is user:grace')
    expect(await grace('meow')).toContain('forbids')
    expect(await ada('rule create when command is meow with group == nobody forbid')).toContain('no group nobody')
    expect(await ada('rule create when command is meow with user == @linus forbid')).toContain('no user')
  })

  it('of a group is listed with those of all that is in it', async () => {
    await done(
      'rule create when command is http:* with channel is missing forbid',
      'rule create when command is http:check with option[url] == a forbid',
      'rule create when command is meow forbid',
    )
    for (const line of ['rule list http', 'rule list http:*']) {
      const told = await ada(line)
      for (const rule of ['http:* with', 'http:check with', 'http:check must have http:check'])
        expect(told).toContain(rule)
      expect(told).not.toContain('meow')
    }
  })

  it('that comes with a command is told apart', async () => {
    expect(await ada('rule delete 99999')).toContain('change them in its file')
    expect(await ada('rule list')).not.toContain('when command is whoami')
    expect(await ada('rule list --all')).toMatch(/more: rule list <command>/)
    expect(await ada('rule list whoami')).toContain('built in')
  })
})

describe('whoever holds policy:deploy', () => {
  const OWNERS = [
    'user add grace @grace',
    'group create owners',
    'group add owners grace',
    'role create owner',
    'permission grant policy:deploy owner',
    'role grant owner owners',
  ]

  it('changes the rules of deploy, and no others', async () => {
    expect(await grace('rule create when command is deploy forbid')).toContain('policy:deploy, or pawl:admin')
    expect(await grace('rule create when command is deploy with arg[0] == /((a{9}){9}){9}/ forbi')).toContain(
      'policy:deploy, or pawl:admin',
    )
    expect(await grace('rule list')).toContain('no rules that you may see')
    await done(...OWNERS)
    const made = await grace('rule create when command is deploy with option[env] == prod forbid')
    const id = /Rule (\d+):/.exec(made)?.[1]
    expect(await grace('rule list')).toContain('option[env] == prod forbid')
    expect(await grace('rule list')).not.toContain('when command is meow')
    expect(await grace(`rule show ${id}`)).toContain('option[env] == prod forbid')
    expect(await grace(`rule disable ${id}`)).toContain('Disabled')
    expect(await grace('rule create when command is meow forbid')).toContain('policy:meow or pawl:admin')
    expect(await grace('rule create when command is group:create allow')).toMatch(/needs the permission pawl:admin/)
    expect(await grace('rule create when command is group:* forbid')).toMatch(/needs the permission pawl:admin/)
    const other = /Rule (\d+):/.exec(await ada('rule create when command is meow forbid'))?.[1]
    for (const action of ['show', 'disable', 'delete'])
      expect(await grace(`rule ${action} ${other}`)).toContain('not yours to change')
    expect(await grace('group create mine')).toContain('pawl:admin')
  })
})

describe('an expectation', () => {
  it('is kept when it holds, refused when it does not, and listed and deleted by number', async () => {
    await done(...GRACE_DEPLOYS)
    expect(await ada('expectation create @grace in #ops: deploy web staging => denied')).toContain(
      'nothing was changed',
    )
    const made = await ada('expectation create @grace in #ops: deploy web staging => allowed')
    expect(made).toContain('@grace in #ops: deploy web staging => allowed')
    const id = /number (\d+)/.exec(made)?.[1]
    expect(await ada('expectation create @grace in #ops: deploy web staging => allowed')).toContain('Nothing changed')
    expect(await ada('expectation list')).toContain('@grace in #ops: deploy web staging => allowed')
    expect(await ada('room list')).toContain('#ops')
    expect(await ada('role revoke deployer deployers')).toContain('@grace in #ops: deploy web staging => allowed')
    expect(await grace('whoami')).toContain('deploy:run')
    expect(await ada(`expectation delete ${id}`)).toContain('need not hold')
    expect(await ada('role revoke deployer deployers')).toContain('now: none')
    expect(await ada(`expectation delete ${id}`)).toContain(`there is no expectation ${id}`)
  })

  it('that stands in the way is told to administrators alone', async () => {
    await done('user add grace @grace', 'group create owners', 'group add owners grace', 'role create owner')
    await done('permission grant policy:deploy owner', 'role grant owner owners')
    await done('expectation create administrator: deploy web prod => allowed')
    const told = await grace('rule create when command is deploy with option[env] == prod forbid')
    expect(told).toContain('nothing was changed: the policy: an administrator has laid down otherwise')
    expect(told).not.toContain('administrator:')
    expect(await ada('rule create when command is deploy with option[env] == prod forbid')).toContain(
      'administrator: deploy web prod => allowed',
    )
  })

  it('that cannot be read is refused with its place', async () => {
    expect(await ada('expectation create somebody: deploy web staging => denied')).toMatch(/somebody[\s\S]*\^/)
    expect(await ada('expectation create everyone: deploy web staging => perhaps')).toContain('allowed, or denied')
  })
})

describe('every change', () => {
  it('is in the audit with what stood there before and after', async () => {
    await done(...GRACE_DEPLOYS)
    await done('rule create when command is deploy with option[env] == prod forbid', 'group remove deployers grace')
    const seen = await changes()
    expect(seen).toContainEqual({ target: 'user:grace', before: [], after: ['slack:T0PAWL:U0GRACE001'] })
    expect(seen).toContainEqual({ target: 'group:deployers', before: null, after: [] })
    expect(seen).toContainEqual({ target: 'group:deployers', before: [], after: ['grace'] })
    expect(seen).toContainEqual({ target: 'role:deployer', before: [], after: ['deploy:run'] })
    expect(seen).toContainEqual({
      target: 'rule:deploy',
      before: null,
      after: ['when command is deploy with option[env] == prod forbid'],
    })
    expect(seen.at(-1)).toEqual({ target: 'group:deployers', before: ['grace'], after: [] })
  })

  it('says who can do more now', async () => {
    await done(...GRACE_DEPLOYS.slice(0, -1))
    expect(await ada('role grant deployer deployers')).toMatch(/\+ .*deploy/)
  })

  it('that opens a guarded command says that it changes nothing', async () => {
    expect(await ada('rule create when command is deploy allow')).toContain('changes nothing')
  })

  it('is made once when several people make the same at the same moment', async () => {
    await done('group create a', 'user add grace @grace')
    const before = (await changes()).length
    const answers = await Promise.all(Array.from({ length: 4 }, () => ada('group add a grace')))
    for (const text of answers) expect(text).toMatch(/are now|Nothing changed|try again/)
    expect(answers.filter((text) => text.includes('are now'))).toHaveLength(1)
    expect(await changes()).toHaveLength(before + 1)
  })

  it('needs pawl:admin', async () => {
    for (const line of [
      'user list',
      'user info grace',
      'user remove grace',
      'group list',
      'group delete deployers',
      'role list',
      'permission list',
      'permission info deploy:run',
      'expectation list',
      'room list',
    ])
      expect(await grace(line)).toContain('pawl:admin')
  })
})

describe('the last administrator', () => {
  const named = servicesOf(env).config.admins as Set<string>
  const kept = [...named]
  afterEach(() => {
    for (const admin of kept) named.add(admin)
  })
  const GRACE_ADMINISTERS = [
    'user add grace @grace',
    'group create admins',
    'group add admins grace',
    'role create admin',
    'permission grant pawl:admin admin',
    'role grant admin admins',
  ]

  it.each([
    'group remove admins grace',
    'group add admins grace --for 1h',
    'group delete admins',
    'role revoke admin admins',
    'role grant admin admins --until 2999-12-01',
    'role delete admin',
    'permission revoke pawl:admin admin',
    'permission grant pawl:admin admin --for 1h',
    'user remove grace',
    'rule create when command is rule:disable forbid',
    `rule create 'when command is rule:* with not channel == "slack:CGONE" forbid'`,
    `rule create 'when command is rule:* with option[id] >= 1 forbid'`,
    `rule create when command is rule:* with platform in [slack, discord] forbid`,
  ])('cannot lock everybody out with %s', async (line) => {
    await done(...GRACE_ADMINISTERS)
    named.clear()
    expect(await grace(line)).toContain('nothing was changed')
    expect(await grace('group list')).toContain('admins')
  })

  it('of the setting is asked as the user that it is, whoever the change is about', async () => {
    await done('user add ada @ada', 'group create frozen', 'group add frozen ada')
    const discord = kept.filter((account) => account.startsWith('discord:'))
    for (const account of discord) named.delete(account)
    expect(await ada('rule create when command is rule:* with group == frozen forbid')).toContain('nothing was changed')
    await done('group remove frozen ada', 'rule create when command is rule:* with group == frozen forbid')
    expect(await ada('group add frozen ada')).toContain('nothing was changed')
  })

  it('may go when there is another, in the policy or named by the deployment', async () => {
    await done(...GRACE_ADMINISTERS, 'user add linus @linus', 'group add admins linus')
    named.clear()
    expect(await grace('group remove admins grace')).toContain('now: linus')
    for (const admin of kept) named.add(admin)
    expect(await ada('group remove admins linus')).toContain('now: none')
    expect(await grace('group list')).toContain('pawl:admin')
  })
})

it('never sent a message that the platforms would have refused', () => {
  expect(world.simulator.violations).toEqual([])
})
