/** `npm start` as a newcomer types it, in a checkout that has never been started. */
import { cpSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, type TestContext } from 'vitest'
import { type Finished, npm, processesIn, ROOT, temporaryFolder } from './kit.ts'

/** What a start needs of the checkout. */
const PARTS = ['cli', 'commands', 'migrations', 'simulator', 'src', 'package.json', 'tsconfig.json', 'wrangler.toml']

/** A checkout after `npm ci`: no `.dev.vars`, no database, nothing that this one has. */
function freshCheckout(test: TestContext): string {
  const folder = temporaryFolder(test)
  for (const part of PARTS) cpSync(join(ROOT, part), join(folder, part), { recursive: true })
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  return folder
}

const start = (cwd: string, input = '') => npm(['start', '--silent'], { cwd, input })

/** What was played: the build says first how many commands there are. */
function played({ stdout }: Finished): string[] {
  return stdout
    .trimEnd()
    .split('\n')
    .filter((line) => !/^\d+ commands, /.test(line))
}

/** A warning of Node's is nothing that a newcomer can act on. */
const NODE_WARNING = /^\(node:\d+\)/m

it('plays the lines that are piped in, on both platforms, prints the chat and nothing else, and exits 0', async (test) => {
  const folder = freshCheckout(test)
  const input =
    '/pawl whoami\n/as grace\n/deploy web staging\n/on discord\n/as ada\n/in dm\n/in #general\n/echo hello\n'
  const started = await start(folder, input)
  expect(started.code, started.stderr + started.stdout).toBe(0)
  expect(started.stderr).not.toMatch(NODE_WARNING)
  const lines = played(started)
  expect(lines[0]).toBe('[ops] ada: /pawl whoami')
  const text = lines.join('\n')
  expect(text).toContain('all, as an administrator')
  expect(text).toMatch(/\[ops\] pawl \(only you see this\): .*You may not run deploy/)
  expect(text).toContain('[general] ada: /echo hello')
  expect(text).toMatch(/\[general\] pawl.*: hello$/m)
  // A line of the chat, the next line of one, or a change of seat.
  for (const line of lines) expect(line).toMatch(/^(?:\[(?:ops|general|dm)\] | {4}|— .* —$)/)
  expect(processesIn(folder)).toEqual([])
})

it('plays the tour without any input, and exits 0', async (test) => {
  const folder = freshCheckout(test)
  const toured = await start(folder)
  expect(toured.code, toured.stderr + toured.stdout).toBe(0)
  expect(toured.stderr).not.toMatch(NODE_WARNING)
  const text = played(toured).join('\n')
  for (const caption of [
    '1. A command answers at once',
    'Nobody may do anything until it is granted: denied, told privately, with what is missing',
    'Now grace deploys: a job, with progress, to its end',
    'The same request delivered twice runs once',
    'All of it is in the audit',
  ])
    expect(text).toContain(caption)
  expect(text).toMatch(/\b(\d+) of \1 steps as expected/)
  expect(processesIn(folder)).toEqual([])
})
