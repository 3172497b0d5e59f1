/** The log of a Pawl that runs: exported, verified, proved and read on the command line. */
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { house, npm, temporaryFolder, untilRows } from './kit.ts'

/** Some twenty starts of npm and wrangler. */
const TIMEOUT_MS = 240_000

const audit = (...args: string[]) => npm(['run', '-s', 'pawl', '--', 'audit', ...args])

describe('pawl audit', () => {
  it(
    'exports what a running Pawl has sealed, verifies and proves it without Pawl, and leaves a line for each reading',
    async (test) => {
      const { simulator, state, tick } = await house(test)
      const folder = temporaryFolder(test)
      const said = await simulator.slack.user('grace').in('#ops').says('/deploy web staging')
      await said.final()
      const at = ['--persist-to', state]

      await tick()
      await untilRows(state, 'SELECT 1 FROM checkpoints')
      const key = await audit('key', ...at)
      expect(key).toMatchObject({ code: 0, stderr: '' })
      const [vkey = ''] = key.stdout.split('\n')

      const file = join(folder, 'log.jsonl')
      expect(await audit('export', '--out', file, ...at)).toEqual({ code: 0, stdout: '', stderr: '' })
      expect(statSync(file).mode & 0o777).toBe(0o600)
      expect(await audit('export', '--out', file, ...at)).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('exists already'),
      })
      const intact = await audit('verify', file, '--key', vkey)
      expect(intact).toMatchObject({ code: 0, stderr: '' })
      expect(intact.stdout).toMatch(/^intact\n.*\n +(\d+) of \1 lines shown, 0 left out/)
      expect(intact.stdout).toContain('What this cannot show')

      const text = readFileSync(file, 'utf8')
      const changed = join(folder, 'changed.jsonl')
      writeFileSync(changed, text.replace('deploy web staging', 'deploy web prod'))
      const tampered = await audit('verify', changed, '--key', vkey)
      const line = text.slice(0, text.indexOf('deploy web staging')).split('\n').length
      expect(tampered).toMatchObject({ code: 1, stdout: expect.stringContaining(`${changed}, line ${line} `) })
      expect(await audit('verify', file)).toMatchObject({ code: 2, stdout: expect.stringContaining('no key') })

      const proof = join(folder, 'proof.json')
      const proved = await audit('prove', '2', ...at)
      writeFileSync(proof, proved.stdout)
      expect(await audit('check-proof', proof, '--key', vkey)).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/^intact\n/),
      })

      const csv = await audit('export', '--format', 'csv', '--code', 'run.admitted', ...at)
      expect(csv.stdout.split('\r\n')).toHaveLength(3)
      expect(csv.stderr).toContain('cannot be verified')
      const ocsf = await audit('export', '--format', 'ocsf', '--person', 'slack:T0PAWL:U0GRACE001', ...at)
      expect(JSON.parse(ocsf.stdout.split('\n')[0] ?? '')).toMatchObject({
        class_uid: 6003,
        actor: { user: { uid: 'U0GRACE001' } },
      })

      expect(await audit('show', '1', ...at)).toMatchObject({
        code: 0,
        stdout: expect.stringContaining('line 1 is one of those that are sealed'),
      })
      expect((await audit('search', 'STAGING web', ...at)).stdout).toMatch(/run\.admitted .*deploy web staging/)
      const readings = await audit('list', '--code', 'audit.*', ...at)
      expect(
        readings.stdout
          .trimEnd()
          .split('\n')
          .map((one) => one.split(' ')[2]),
      ).toEqual(['audit.exported', 'audit.read', 'audit.exported', 'audit.exported', 'audit.read', 'audit.read'])

      // Reading is part of what is sealed next; the file from before is the beginning of it.
      await tick()
      await untilRows(state, 'SELECT 1 WHERE (SELECT max(size) FROM checkpoints) = (SELECT max(seq) FROM audit)')
      const later = join(folder, 'later.jsonl')
      await audit('export', '--out', later, ...at)
      expect(await audit('verify', later, file, '--key', vkey)).toMatchObject({ code: 0 })
      expect(readFileSync(later, 'utf8')).toContain('"code":"audit.exported"')
    },
    TIMEOUT_MS,
  )
})
