import { describe, expect, it } from 'vitest'
import { isMarkdown, textOf } from '../chat/markdown.ts'
import type { Command, Context } from '../command/command.ts'
import { loadRegistry } from '../command/house-registry.ts'
import type { PawlRecord } from '../json.ts'
import { compilePolicy } from '../policy/decide.ts'
import help from './help.ts'
import { HOUSE, type House, houseOf } from './house.ts'
import version from './version.ts'
import whoami from './whoami.ts'

const IDENTITY = { user: 'ada', administrator: false, groups: ['ops'], permissions: ['deploy:run'] }

/** A context whose house lets only some commands run. */
function context(
  may: (command: Command) => boolean = () => true,
  identity: ReturnType<House['identity']> = IDENTITY,
  rules: readonly string[] = ['when command is deploy allow'],
): Context {
  const house: Partial<House> = {
    commands: () => loadRegistry().all(),
    mayRun: may,
    rulesOf: ({ rules }) => rules,
    version: '1.2.3',
    identity: () => identity,
    registry: loadRegistry(),
    policy: compilePolicy(
      '1',
      rules.map((text) => ({ command: 'deploy', text })),
    ),
    subject: {
      user: null,
      administrator: identity.administrator,
      groups: [],
      permissions: new Set(identity.permissions),
    },
  }
  const bare: Partial<Context> = {
    actor: { platform: 'slack', workspace: 'T1', id: 'U1' },
    channel: { id: 'C1', kind: 'channel' },
    now: () => 0,
  }
  return Object.assign(bare, { [HOUSE]: house }) as Context
}

/** The records of a command and the text of its view. */
async function run(command: Command, raw: PawlRecord, ctx: Context): Promise<{ records: PawlRecord[]; text: string }> {
  const checked = command.check(raw)
  if (!checked.ok) throw new Error(checked.problems[0]?.message)
  const result = await command.handler(checked.args, ctx)
  const records = [result]
    .flat()
    .map((one) => (typeof one === 'object' && one !== null ? one : { value: one ?? null })) as PawlRecord[]
  const [first, ...rest] = records
  const view = first ? command.view([first, ...rest]) : null
  if (view !== null && 'show' in view) throw new Error('a view with actions')
  const text = isMarkdown(view)
    ? textOf(view)
    : (view ?? [])
        .map((block) => {
          if (block.kind === 'fields')
            return block.fields.map((field) => `${field.name}: ${textOf(field.value)}`).join('\n')
          return block.kind === 'buttons' ? '' : typeof block.text === 'string' ? block.text : textOf(block.text)
        })
        .join('\n')
  return { records, text }
}

describe('help', () => {
  it('lists only what this person may run, grouped by the first word', async () => {
    const { records, text } = await run(
      help,
      {},
      context(({ key }) => key === 'meow' || key === 'http:check'),
    )
    expect(records.map(({ command }) => command)).toEqual(['http check', 'meow'])
    expect(text).toBe(
      'meow  Ask the cat\nhttp\nhttp check <url>  Check that a web address answers, with which status and how fast\nhelp <command> shows one with its options and examples',
    )
  })

  it('names the commands of groups alone where the whole list is too long, and all of a group that is asked for', async () => {
    const { records, text } = await run(help, {}, context())
    expect(records.length).toBeGreaterThan(50)
    expect(text).toMatch(/^Groups\n/)
    expect(text).toMatch(/^run +.*\bcancel\b.*\bretry\b/m)
    expect(text).not.toContain('run cancel')
    expect(text).toMatch(/^deploy <service> <env>/m)
    expect(text).toContain('help <group> shows the commands of a group')
    expect(text.length).toBeLessThan(5_000)
    expect((await run(help, { command: ['run'] }, context())).text).toMatch(/^run cancel .*\S/m)
  })

  it('names the commands of a group that has the name of a command', async () => {
    const { text } = await run(help, { command: ['group'] }, context())
    expect(text).toMatch(/Also: .*group add.*group create/)
    const { text: alone } = await run(
      help,
      { command: ['group'] },
      context(({ key }) => key === 'group'),
    )
    expect(alone).not.toContain('Also')
  })

  it('says what stands before the start of a command', async () => {
    const held = ['when command is deploy with option[env] == "prod" must be approved by deploy:approve']
    const { text } = await run(
      help,
      { command: ['deploy'] },
      context(() => true, IDENTITY, held),
    )
    expect(text).toContain('These rules ask for a confirmation or an approval before it starts:\n')
    expect(text).toMatch(/option\[env\] == "?prod"? must be approved by deploy:approve/)
    expect((await run(help, { command: ['deploy'] }, context())).text).not.toContain('before it starts')
  })

  it('shows one command with usage, options and examples', async () => {
    const { records, text } = await run(help, { command: ['deploy'] }, context())
    expect(records[0]).toMatchObject({ command: 'deploy', usage: 'deploy <service> <env> [--force]', mayRun: true })
    expect(text).toContain('--force, -f')
    expect(text).not.toContain('may not run')
  })

  it('says why one may not run it in this room, and nothing of that in another', async () => {
    const rules = (room: string) => [
      'when command is deploy allow',
      `when command is deploy with not channel == "slack:${room}" forbid because "deploy in #ops"`,
    ]
    const text = async (room: string) =>
      (
        await run(
          help,
          { command: ['deploy'] },
          context(() => true, IDENTITY, rules(room)),
        )
      ).text
    expect(await text('C2')).toContain('Not in this room: it is forbidden: deploy in #ops')
    expect(await text('C1')).not.toContain('Not in this room')
  })

  it('lists what changes rules for who may change some, and for nobody else', async () => {
    const listed = async (identity: typeof IDENTITY) => {
      const { records } = await run(
        help,
        { command: ['rule'] },
        context(() => true, identity),
      )
      return records.map(({ command }) => command)
    }
    const own = { ...IDENTITY, permissions: ['policy:deploy'] }
    const change = ['rule create', 'rule delete', 'rule disable', 'rule enable']
    expect(await listed(IDENTITY)).toEqual(['rule list', 'rule show'])
    expect(await listed(own)).toEqual(expect.arrayContaining(change))
    expect(await listed({ ...IDENTITY, administrator: true })).toEqual(expect.arrayContaining(change))
  })

  it('says that one may not run a command, and by which rules', async () => {
    const { text } = await run(
      help,
      { command: ['deploy'] },
      context(() => false),
    )
    expect(text).toContain('You may not run it.')
    expect(text).toContain('when command is deploy must have deploy:run')
  })

  it.each([[['http', 'check']], [['http:check']]])('finds a command in a group by %j', async (command) => {
    expect((await run(help, { command }, context())).records[0]).toMatchObject({ command: 'http check' })
  })

  it('lists a group by its first word', async () => {
    expect((await run(help, { command: ['http'] }, context())).records.map(({ command }) => command)).toEqual([
      'http check',
    ])
  })

  it('suggests for a misspelled command, out of those that one may run', async () => {
    await expect(run(help, { command: ['depoly'] }, context())).rejects.toThrow('did you mean deploy?')
    await expect(
      run(
        help,
        { command: ['depoly'] },
        context(({ key }) => key !== 'deploy'),
      ),
    ).rejects.toThrow('type help to see all')
  })

  it('says what to do for someone who may run nothing', async () => {
    await expect(
      run(
        help,
        {},
        context(() => false),
      ),
    ).rejects.toThrow('ask an administrator for a role')
  })
})

describe('whoami', () => {
  it('shows the actor, the user, groups and permissions', async () => {
    const { records, text } = await run(whoami, {}, context())
    expect(records).toEqual([{ actor: 'slack:T1:U1', platform: 'slack', workspace: 'T1', id: 'U1', ...IDENTITY }])
    expect(text).toBe('Actor: slack:T1:U1\nUser: ada\nGroups: ops\nPermissions: deploy:run')
  })
  it('says so of an identity that no user owns, and of an administrator', async () => {
    const stranger = context(() => true, { user: null, administrator: true, groups: [], permissions: [] })
    expect((await run(whoami, {}, stranger)).text).toMatch(/not known yet.*\nGroups: none\nPermissions: all/)
  })
})

describe('version', () => {
  it('tells the version of the deployment', async () => {
    expect(await run(version, {}, context())).toEqual({ records: [{ version: '1.2.3' }], text: 'Pawl 1.2.3' })
  })
})

describe('houseOf', () => {
  it('refuses a context that the engine has not prepared', () => {
    expect(() => houseOf({} as Context)).toThrow('this context has no house')
  })
})

describe('a list', () => {
  const lists = loadRegistry()
    .all()
    .filter(({ path }) => path.at(-1) === 'list')

  // Theirs is never empty: the log has the line of who asks, and who may change no rule is told so.
  it.each(lists.filter(({ key }) => key !== 'audit:list' && key !== 'rule:list'))(
    '$name that is empty says so in words of its own',
    ({ empty }) => {
      expect(empty).toMatch(/^[A-Z].*\.$/)
    },
  )
})
