/** Two accounts of one person become one user, by a code that the known account gets; and are taken apart again. */
import { env } from 'cloudflare:test'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { DISCORD_GUILD, PEOPLE, SLACK_TEAM } from '../../simulator/index.ts'
import { FLAT_EVENT } from '../../src/db/audit.ts'
import { openDatabase } from '../../src/db/database.ts'
import { CODE_LIFE_MS, CODE_WINDOW_MS, insertCode, tryCode } from '../../src/db/link.ts'
import { openWorld, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})

const account = (name: string, platform: 'slack' | 'discord') => {
  const person = PEOPLE.find((one) => one.name === name)
  if (!person) throw new Error(`nobody is called ${name}`)
  return { platform, workspace: platform === 'slack' ? SLACK_TEAM.id : DISCORD_GUILD.id, id: person[platform] }
}
const key = (name: string, platform: 'slack' | 'discord') => {
  const { workspace, id } = account(name, platform)
  return `${platform}:${workspace}:${id}`
}

async function addUser(name: string, platform: 'slack' | 'discord'): Promise<void> {
  const { workspace, id } = account(name, platform)
  await env.DB.batch([
    env.DB.prepare('INSERT INTO users (name, created_at) VALUES (?, 0)').bind(name),
    env.DB.prepare(
      'INSERT INTO identities (platform, workspace, external_id, user_id) SELECT ?, ?, ?, id FROM users WHERE name = ?',
    ).bind(platform, workspace, id, name),
  ])
}

beforeEach(async () => {
  await env.DB.batch([env.DB.prepare('DELETE FROM link_codes'), env.DB.prepare('DELETE FROM users')])
  await addUser('grace', 'slack')
})

const onSlack = (person: string, line: string) => world.hears(person, `/pawl ${line}`)
const onDiscord = async (person: string, line: string) =>
  (await (await world.simulator.discord.user(person).in('#ops').says(`/pawl run:${line}`)).final()).text
const letters = (person: string, platform: 'slack' | 'discord') =>
  world.simulator[platform]
    .user(person)
    .in('dm')
    .sees()
    .map(({ text }) => text)
const newestCode = (person: string, platform: 'slack' | 'discord') =>
  /[0-9A-Z]{4}-[0-9A-Z]{4}/.exec(letters(person, platform).at(-1) ?? '')?.[0] ?? 'no code'
const accountsOf = async (name: string) =>
  (
    await env.DB.prepare(
      `SELECT i.platform || ':' || i.workspace || ':' || i.external_id AS identity
       FROM identities i JOIN users u ON u.id = i.user_id WHERE u.name = ? ORDER BY 1`,
    )
      .bind(name)
      .all<{ identity: string }>()
  ).results.map(({ identity }) => identity)
/** Another code than the right one, of the same form. */
const wrong = (code: string) => (code.startsWith('0') ? '1' : '0') + code.slice(1)

describe('linking', () => {
  it('from Discord makes the account one of the user whom Slack knows', async () => {
    expect(await onDiscord('grace', 'user link grace')).toMatch(/sent to grace on slack/)
    const asked = letters('grace', 'slack').at(-1)
    expect(asked).toContain(key('grace', 'discord'))
    expect(asked).toContain('ignore this message')
    expect(await accountsOf('grace')).toEqual([key('grace', 'slack')])

    expect(await onDiscord('grace', `user link --code ${newestCode('grace', 'slack')}`)).toContain(
      'This account is the user grace now',
    )
    expect(await accountsOf('grace')).toEqual([key('grace', 'discord'), key('grace', 'slack')])
    expect(await onDiscord('grace', 'whoami')).toContain('grace')
    expect(letters('grace', 'slack').at(-1)).toContain(`user unlink ${key('grace', 'discord')}`)
  })

  it('from Slack makes the account one of the user whom Discord knows', async () => {
    await addUser('linus', 'discord')
    expect(await onSlack('linus', 'user link linus')).toMatch(/sent to linus on discord/)
    await onSlack('linus', `user link --code ${newestCode('linus', 'discord')}`)
    expect(await accountsOf('linus')).toEqual([key('linus', 'discord'), key('linus', 'slack')])
    expect(letters('linus', 'discord').at(-1)).toContain('is yours in Pawl from now on')
  })

  it('works through the form of a slash command, too', async () => {
    const says = async (line: string) =>
      (await (await world.simulator.discord.user('grace').in('#ops').says(line)).final()).text
    await says('/user link grace')
    expect(await says(`/user link code:${newestCode('grace', 'slack')}`)).toContain('is the user grace now')
  })

  it('writes every account of the user, and is seen by nobody else', async () => {
    const { platform, workspace } = account('linus', 'slack')
    await env.DB.prepare(
      'INSERT INTO identities (platform, workspace, external_id, user_id) SELECT ?, ?, ?, id FROM users',
    )
      .bind(platform, workspace, account('linus', 'slack').id)
      .run()
    const exchange = await world.simulator.discord.user('grace').in('#ops').says('/pawl run:user link grace')
    expect((await exchange.final()).onlyFor).toBe('grace')
    expect(newestCode('linus', 'slack')).toBe(newestCode('grace', 'slack'))
    expect(newestCode('grace', 'slack')).not.toBe('no code')
  })

  it('raises the version of the policy, and is in the audit with before and after and who it was', async () => {
    const version = async () =>
      (await env.DB.prepare('SELECT version FROM policy').first<{ version: number }>())?.version
    await onDiscord('grace', 'user link grace')
    const before = await version()
    await onDiscord('grace', `user link --code ${newestCode('grace', 'slack')}`)
    expect(await version()).toBe((before ?? 0) + 1)
    const row = await env.DB.prepare(
      `SELECT ${FLAT_EVENT} FROM audit WHERE code = 'admin.changed' ORDER BY seq DESC LIMIT 1`,
    ).first<{ event: string }>()
    expect(JSON.parse(row?.event ?? '{}')).toMatchObject({
      platform: 'discord',
      actor: account('grace', 'discord').id,
      target: 'user:grace',
      before: [key('grace', 'slack')],
      after: [key('grace', 'discord'), key('grace', 'slack')],
    })
  })

  it('keeps the code nowhere but in the message', async () => {
    await onDiscord('grace', 'user link grace')
    const code = newestCode('grace', 'slack')
    await onDiscord('grace', `user link --code ${wrong(code)}`)
    await onDiscord('grace', `user link --code ${code}`)
    for (const table of ['runs', 'audit', 'outbox', 'link_codes']) {
      const { results } = await env.DB.prepare(`SELECT * FROM ${table}`).all()
      const kept = JSON.stringify(results).toUpperCase()
      for (const text of [code, wrong(code)]) {
        expect(kept).not.toContain(text)
        expect(kept).not.toContain(text.replace('-', ''))
      }
    }
  })

  it('takes the code however it is typed', async () => {
    await onDiscord('grace', 'user link grace')
    const code = newestCode('grace', 'slack')
    const sloppy = code.toLowerCase().replace('-', '').replaceAll('0', 'o').replaceAll('1', 'l')
    expect(await onDiscord('grace', `user link --code ${sloppy}`)).toContain('is the user grace now')
  })
})

describe('a code', () => {
  it('that is wrong four times still counts; after the fifth it is worth nothing', async () => {
    for (const [tries, says] of [
      [4, 'is the user grace now'],
      [5, 'this is not the code'],
    ] as const) {
      await env.DB.batch([
        env.DB.prepare('DELETE FROM link_codes'),
        env.DB.prepare("DELETE FROM identities WHERE platform = 'discord'"),
      ])
      await onDiscord('grace', 'user link grace')
      const code = newestCode('grace', 'slack')
      for (let i = 0; i < tries; i++)
        expect(await onDiscord('grace', `user link --code ${wrong(code)}`)).toContain('this is not the code')
      expect(await onDiscord('grace', `user link --code ${code}`)).toContain(says)
    }
    expect(await accountsOf('grace')).toEqual([key('grace', 'slack')])
  })

  it.each([
    [CODE_LIFE_MS - 1, 1],
    [CODE_LIFE_MS, 0],
  ])('that is %d ms old has %d owner', async (age, found) => {
    const db = openDatabase(env.DB)
    const asker = account('linus', 'discord')
    const user = await env.DB.prepare('SELECT id FROM users').first<{ id: number }>()
    await db.batch(insertCode(db, { run: 'r_1', digest: 'd', userId: user?.id ?? 0, asker, createdAt: 1_000_000 }))
    const [, tried] = await db.batch(tryCode(db, asker, 'd', 1_000_000 + age))
    expect(tried?.results).toHaveLength(found)
  })

  it('that has expired is refused', async () => {
    await onDiscord('grace', 'user link grace')
    await env.DB.prepare('UPDATE link_codes SET created_at = created_at - ?').bind(CODE_LIFE_MS).run()
    expect(await onDiscord('grace', `user link --code ${newestCode('grace', 'slack')}`)).toContain(
      'this is not the code',
    )
    expect(await accountsOf('grace')).toEqual([key('grace', 'slack')])
  })

  it('counts once, also after the account was taken away again', async () => {
    await onDiscord('grace', 'user link grace')
    const code = newestCode('grace', 'slack')
    await onDiscord('grace', `user link --code ${code}`)
    expect(await onDiscord('grace', `user link --code ${code}`)).toContain('is the user grace already')
    await onSlack('grace', `user unlink ${key('grace', 'discord')}`)
    expect(await onDiscord('grace', `user link --code ${code}`)).toContain('this is not the code')
    expect(await accountsOf('grace')).toEqual([key('grace', 'slack')])
  })

  it('that is used twice at the same time links once', async () => {
    await onDiscord('grace', 'user link grace')
    const line = `user link --code ${newestCode('grace', 'slack')}`
    const answers = await Promise.all([onDiscord('grace', line), onDiscord('grace', line)])
    expect(answers.filter((answer) => answer.includes('is the user grace now'))).toHaveLength(1)
    expect(await accountsOf('grace')).toEqual([key('grace', 'discord'), key('grace', 'slack')])
  })

  it('is worth nothing on another account than the one that asked', async () => {
    await onDiscord('grace', 'user link grace')
    expect(await onDiscord('linus', `user link --code ${newestCode('grace', 'slack')}`)).toContain(
      'this is not the code',
    )
    expect(await onDiscord('grace', `user link --code ${newestCode('grace', 'slack')}`)).toContain(
      'is the user grace now',
    )
  })

  it('is replaced by the next one', async () => {
    await onDiscord('grace', 'user link grace')
    const first = newestCode('grace', 'slack')
    await onDiscord('grace', 'user link grace')
    expect(await onDiscord('grace', `user link --code ${first}`)).toContain('this is not the code')
    expect(await onDiscord('grace', `user link --code ${newestCode('grace', 'slack')}`)).toContain(
      'is the user grace now',
    )
  })

  it('goes out three times an hour to one user, whoever asks', async () => {
    for (const asker of ['grace', 'linus', 'gus'])
      expect(await onDiscord(asker, 'user link grace')).toContain('sent to grace')
    const before = letters('grace', 'slack').length
    expect(await onDiscord('eve', 'user link grace')).toContain('try again in an hour')
    expect(letters('grace', 'slack')).toHaveLength(before)
    await env.DB.prepare('UPDATE link_codes SET created_at = created_at - ?').bind(CODE_WINDOW_MS).run()
    expect(await onDiscord('eve', 'user link grace')).toContain('sent to grace')
    expect(await env.DB.prepare('SELECT count(*) AS n FROM link_codes').first('n')).toBe(1)
  })

  it('goes out three times an hour for one account, whomever it names; the last one stays good', async () => {
    for (const name of ['linus', 'gus', 'ada']) await addUser(name, 'slack')
    for (const name of ['grace', 'gus', 'linus'])
      expect(await onDiscord('linus', `user link ${name}`)).toContain(`sent to ${name}`)
    expect(await onDiscord('linus', 'user link ada')).toContain('try again in an hour')
    expect(await onDiscord('linus', `user link --code ${newestCode('linus', 'slack')}`)).toContain(
      'is the user linus now',
    )
  })

  it('is not made for a name that nobody has, nor one of another case', async () => {
    expect(await onDiscord('grace', 'user link nobody')).toContain('nobody is no user of Pawl')
    expect(await onDiscord('grace', 'user link Grace')).toContain('Grace is no user of Pawl')
    expect(await env.DB.prepare('SELECT count(*) AS n FROM link_codes').first('n')).toBe(0)
  })

  it('is not made for an account that is somebody already', async () => {
    await addUser('linus', 'discord')
    const before = letters('grace', 'slack').length
    expect(await onDiscord('linus', 'user link grace')).toContain('this account is the user linus already')
    expect(letters('grace', 'slack')).toHaveLength(before)
  })

  it('that reaches nobody is said to', async () => {
    world.simulator.faults.next('slack.conversations.open', { status: 500 }, 1)
    expect(await onDiscord('grace', 'user link grace')).toContain('no account of grace could be written to')
  })

  it.each(['user link', 'user link grace --code K7PM-2X9D'])('needs one of the two: %s', async (line) => {
    expect(await onDiscord('grace', line)).toContain('give either')
  })
})

describe('unlinking', () => {
  const linked = async () => {
    await onDiscord('grace', 'user link grace')
    await onDiscord('grace', `user link --code ${newestCode('grace', 'slack')}`)
  }

  it('takes away one account, and it has no rights from the next command on', async () => {
    await linked()
    expect(await onDiscord('grace', `user unlink ${key('grace', 'discord')}`)).toContain('no longer the user grace')
    expect(await accountsOf('grace')).toEqual([key('grace', 'slack')])
    expect(await onDiscord('grace', 'whoami')).toContain('not known yet')
  })

  it('takes a mention for an account of the same workspace', async () => {
    await linked()
    expect(await onSlack('grace', 'user unlink @grace')).toContain('no longer the user grace')
    expect(await accountsOf('grace')).toEqual([key('grace', 'discord')])
  })

  it('leaves a user the last account, also when an administrator asks', async () => {
    expect(await onSlack('grace', 'user unlink @grace')).toContain('only account of grace')
    expect(await onSlack('ada', `user unlink ${key('grace', 'slack')}`)).toContain('only account of grace')
    expect(await accountsOf('grace')).toEqual([key('grace', 'slack')])
  })

  it('tells every account of the user, the one that was taken away among them', async () => {
    await linked()
    await onSlack('grace', `user unlink ${key('grace', 'discord')}`)
    for (const platform of ['slack', 'discord'] as const) {
      const letter = letters('grace', platform).at(-1)
      expect(letter).toContain(`${key('grace', 'discord')} is no longer you, grace`)
      expect(letter).toContain(`${key('grace', 'slack')} took it away`)
    }
  })

  it('of an account is for itself and for those that were there before it', async () => {
    await linked()
    expect(await onDiscord('grace', `user unlink ${key('grace', 'slack')}`)).toContain(
      'was not linked after this account',
    )
    expect(await accountsOf('grace')).toHaveLength(2)
    // Of two that came at the same moment, neither was there before the other.
    await env.DB.prepare('UPDATE identities SET created_at = 7').run()
    expect(await onSlack('grace', `user unlink ${key('grace', 'discord')}`)).toContain(
      'was not linked after this account',
    )
    await env.DB.prepare("UPDATE identities SET created_at = 8 WHERE platform = 'discord'").run()
    expect(await onSlack('grace', `user unlink ${key('grace', 'discord')}`)).toContain('no longer the user grace')
  })

  it("is for one's own accounts, and for administrators", async () => {
    await linked()
    await addUser('linus', 'slack')
    for (const who of ['linus', 'gus'])
      expect(await onSlack(who, `user unlink ${key('grace', 'discord')}`)).toContain('is no account of yours')
    expect(await onSlack('gus', `user unlink ${key('eve', 'discord')}`)).toContain('is no account of yours')
    expect(await accountsOf('grace')).toHaveLength(2)
    expect(await onSlack('ada', `user unlink ${key('grace', 'discord')}`)).toContain('no longer the user grace')
  })

  it('says what is no account, and what is nobody’s', async () => {
    expect(await onSlack('ada', 'user unlink grace')).toContain('"grace" is no chat account')
    expect(await onSlack('ada', `user unlink ${key('eve', 'slack')}`)).toContain("no user's account")
  })
})

it('never sent what the platforms would have refused', () => {
  expect(world.simulator.violations).toEqual([])
})
