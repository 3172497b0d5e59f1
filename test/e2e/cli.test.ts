/** `npm run pawl -- audit list` beside a Pawl that runs. */
import { describe, expect, it } from 'vitest'
import { house, npm, temporaryFolder } from './kit.ts'

const RUN = /\br_[0-9a-z]{16}\b/
const audit = (...args: string[]) => npm(['run', '-s', 'pawl', '--', 'audit', ...args])

describe('pawl audit list', () => {
  it('shows the lines of a Pawl that is running: as text, as JSON, and of one run only', async (test) => {
    const { simulator, state } = await house(test)
    const denied = await simulator.slack.user('grace').in('#ops').says('/deploy web staging')
    const [run = ''] = RUN.exec((await denied.final()).text) ?? []
    await simulator.discord.user('ada').in('#ops').says('/whoami')

    const text = await audit('list', '--persist-to', state)
    expect(text).toMatchObject({ code: 0, stderr: '' })
    const lines = text.stdout.trimEnd().split('\n')
    expect(lines[0]).toMatch(/^1 \S+Z run\.admitted slack:T0PAWL:U0GRACE001 .*line="deploy web staging"/)
    expect(text.stdout).toContain('policy.denied')
    expect(text.stdout).toContain('discord:1180000000000000001:1180000000000000011')

    const json = await audit('list', '--json', '--run', run, '--persist-to', state)
    expect(json).toMatchObject({ code: 0, stderr: '' })
    const events = json.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { seq: number; code: string; run: string })
    expect(events.map(({ code }) => code)).toEqual(['run.admitted', 'policy.denied', 'run.denied'])
    expect(new Set(events.map((event) => event.run))).toEqual(new Set([run]))
    expect(events.map(({ seq }) => seq)).toEqual(events.map(({ seq }) => seq).toSorted((a, b) => a - b))
  })

  it('says what to do when there is no database yet, and exits 1', async (test) => {
    const { code, stdout, stderr } = await audit('list', '--persist-to', temporaryFolder(test))
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toContain('npm start')
  })

  it.each([
    [[], 'usage: npm run pawl -- audit <subcommand>'],
    [['lost'], 'there is no subcommand lost'],
    [['list', '--limit', '0'], '--limit is a number from 1 to 1000'],
    [['list', '--limit', '1001'], '--limit is a number from 1 to 1000'],
    [['list', '--run', "r_' OR 1=1"], '--run is a run id'],
    [['list', '--before', '0'], '--before is the number of a line'],
    [['list', '--no-such-option'], '--no-such-option'],
  ])('exits 2 on a wrong call: %j', async (args, says) => {
    const { code, stdout, stderr } = await audit(...args)
    expect(code).toBe(2)
    expect(stdout + stderr).toContain(says)
    // A stack is for programmers.
    expect(stderr).not.toMatch(/^\s+at /m)
  })
})
