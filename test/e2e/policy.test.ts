/** The policy as a file: exported, compared, refused, imported in one transaction, and then what decides in the chat. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { executeD1, literal, queryAllD1 } from '../../cli/d1.ts'
import { launch } from '../../simulator/launch.ts'
import { migrate } from '../../simulator/migrate.ts'
import { type Finished, npm, ROOT, temporaryFolder } from './kit.ts'

const POLICY = `user grace slack:T0PAWL:U0GRACE001

room #ops slack:C0OPS00001

role deployer
  permission deploy:run

group deployers
  member grace
  role deployer

rule when command is deploy with not channel == #ops forbid because "it's deployed in #ops, and only there"

expect @grace in #ops: deploy web prod => denied because deploy:prod
expect @grace in #ops: deploy web staging => allowed
`

/** A dozen command lines, each of which starts wrangler, and one house. */
const TIMEOUT_MS = 180_000

it('a policy file is compared, checked, imported whole and exported as it was, and holds in the chat', {
  timeout: TIMEOUT_MS,
}, async (test) => {
  const folder = temporaryFolder(test)
  await migrate(ROOT, folder)
  const file = join(folder, 'policy.pawl')
  const write = (text: string) => writeFileSync(file, text)
  const policy = (...args: string[]) => npm(['run', '-s', 'pawl', '--', 'policy', ...args, '--persist-to', folder])
  const target = { remote: false, persistTo: folder }

  expect(await policy('export')).toEqual({ code: 0, stdout: '', stderr: '' })

  write(POLICY.replace('  member grace', '  member gracie'))
  expectFailure(await policy('diff', file), 2, [
    `${file}:9: there is no user gracie`,
    '  member gracie\n         ^^^^^^',
  ])
  expectFailure(await policy('import', file, '--yes'), 1, [':9: there is no user gracie'])

  write(POLICY.replace('web staging => allowed', 'web staging => denied'))
  expectFailure(await policy('import', file, '--yes'), 1, ['nothing was changed: ', 'web staging => denied'])
  write(POLICY.replace('not channel == #ops', 'option[where] == here'))
  expectFailure(await policy('import', file, '--yes'), 1, ['nothing was changed: ', 'where'])

  write(POLICY)
  const different = await policy('diff', file)
  expect(different).toMatchObject({ code: 1, stderr: '' })
  expect(different.stdout).toContain('+ group deployers: member grace\n')
  expect(different.stdout).toMatch(/can now: .*deploy/)
  expectFailure(await policy('import', file), 1, ['nothing was changed: there is no terminal to ask on: add --yes'])
  expect(await policy('export')).toMatchObject({ stdout: '' })

  expect(await policy('import', file, '--yes')).toMatchObject({ code: 0, stdout: expect.stringContaining('done') })
  expect(await policy('export')).toEqual({ code: 0, stdout: POLICY, stderr: '' })
  expect(await policy('diff', file)).toMatchObject({ code: 0, stdout: expect.stringContaining('nothing to change') })

  // What fails, fails whole: also what stands before it in the file.
  const state = ['SELECT version FROM policy', 'SELECT name FROM users', 'SELECT COUNT(*) AS events FROM audit']
  const before = await queryAllD1(state, target)
  const insert = (name: string) => `INSERT INTO users (name, created_at) VALUES (${literal(name)}, 1)`
  const failed = await executeD1([insert("it's; a\n-- trap"), insert('ada'), insert('ada')], target)
  expect(failed).toMatchObject({ ok: false, message: expect.stringContaining('UNIQUE') })
  expect(await queryAllD1(state, target)).toEqual(before)
  expect(before).toMatchObject({ ok: true, answers: [[{}], [{ name: 'grace' }], [{ events: 11 }]] })

  const events = await npm(['run', '-s', 'pawl', '--', 'audit', 'list', '--json', '--persist-to', folder])
  const lines = events.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(lines.map(({ code, platform }) => `${platform} ${code}`)).toEqual(Array(11).fill('cli admin.changed'))
  expect(lines.at(-3)).toMatchObject({
    target: 'rule:deploy',
    before: null,
    after: [expect.stringContaining('only there'), '#ops is slack:C0OPS00001'],
  })

  const pawl = await launch({ port: 0, simulatorPort: 0, persistTo: folder })
  test.onTestFinished(() => pawl.stop())
  const hears = async (room: string, line: string) =>
    (await (await pawl.simulator.slack.user('grace').in(room).says(line)).final({ withinMs: 30_000 })).text
  expect(await hears('#ops', '/pawl deploy web staging')).toContain('Deployed')
  expect(await hears('#ops', '/pawl deploy web prod')).toContain('deploy:prod')
  expect(await hears('#general', '/pawl deploy web staging')).toContain("it's deployed in #ops, and only there")
})

function expectFailure({ code, stderr }: Finished, wanted: number, texts: readonly string[]): void {
  expect(code, stderr).toBe(wanted)
  for (const text of texts) expect(stderr).toContain(text)
}
