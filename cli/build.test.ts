import { execFile } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const ROOT = resolve(import.meta.dirname, '..')
const run = promisify(execFile)

/** A checkout of its own, so that a broken command breaks nobody else's build. */
let root = ''
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'pawl-build-'))
  for (const name of ['cli', 'src', 'commands', 'package.json'])
    await cp(join(ROOT, name), join(root, name), { recursive: true })
  await symlink(join(ROOT, 'node_modules'), join(root, 'node_modules'))
})
afterAll(() => rm(root, { recursive: true }))

/** One run of `cli/…` in the copied checkout. */
async function node(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const outcome = await run(process.execPath, argv, { cwd: root }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: { code: number; stdout: string; stderr: string }) => error,
  )
  return { code: outcome.code, out: outcome.stdout.trim(), err: outcome.stderr.trim() }
}

async function withCommand(file: string, text: string, body: () => Promise<void>): Promise<void> {
  await writeFile(join(root, 'commands', file), text)
  await body().finally(() => rm(join(root, 'commands', file)))
}

describe('npm run build', () => {
  it('writes the registry, then finds nothing to write', async () => {
    expect(await node('cli/build.ts')).toMatchObject({ code: 0, err: '' })
    const target = join(root, 'src/registry.generated.ts')
    const before = await stat(target)
    expect(await readFile(target, 'utf8')).toContain("{ file: 'commands/deploy.ts', command: command_deploy },")
    expect(await node('cli/build.ts')).toMatchObject({ code: 0 })
    expect((await stat(target)).mtimeMs).toBe(before.mtimeMs)
    expect(await node('cli/build.ts', '--check')).toMatchObject({ code: 0 })
  })

  it('fails a check when a command has come, and writes nothing', async () => {
    await withCommand('extra.ts', '', async () => {
      expect(await node('cli/build.ts', '--check')).toMatchObject({
        code: 1,
        err: expect.stringContaining('run npm run build'),
      })
    })
    expect(await node('cli/build.ts', '--check')).toMatchObject({ code: 0 })
  })

  const definition = (fields: string) =>
    `import { defineCommand } from '#pawl'\nexport default defineCommand({ name: 'bad', summary: 'Bad', effects: 'read', rules: ['when command is bad allow'], handler: () => null, ${fields} })`

  it.each([
    [
      'a wrong definition',
      definition("run: 'later'"),
      `commands/bad.ts: command "bad": its run must be 'inline' or 'job'`,
    ],
    ['no command', 'export const x = 1', 'commands/bad.ts: it has no command'],
    ['a syntax error', 'export default {', 'commands/bad.ts: '],
    [
      'a name that a builtin has',
      definition('').replaceAll("'bad'", "'help'").replace('is bad', 'is help'),
      'command "help" is defined twice, in src/builtins and in commands/bad.ts',
    ],
  ])('stops at %s with one line that names the file', async (_what, text, line) => {
    await withCommand('bad.ts', text, async () => {
      const { code, err } = await node('cli/build.ts')
      expect(code).toBe(1)
      expect(err).toContain(line)
      expect(err.split('\n')).toHaveLength(1)
    })
    await node('cli/build.ts')
  })
})

describe('npm run pawl', () => {
  it('starts a module that builds, and does not overwrite it', async () => {
    expect(await node('cli/pawl.ts', 'new', 'pack', 'install')).toMatchObject({ code: 0 })
    expect(await readFile(join(root, 'src/registry.generated.ts'), 'utf8')).toContain('commands/pack-install.ts')
    expect(await node('cli/pawl.ts', 'new', 'pack install')).toMatchObject({
      code: 1,
      err: expect.stringContaining('exists already'),
    })
    await rm(join(root, 'commands/pack-install.ts'))
    await node('cli/build.ts')
  })

  it.each([
    [['new'], 'give the command a name'],
    [['new', 'a', 'b', 'c', 'd'], 'at most 3 words'],
    [['new', '../escape'], 'cannot have the word'],
    [['new', 'Deploy'], 'write it in lower case'],
    [['new', 'pawl'], 'cannot start with "pawl"'],
    [['manifest'], 'give the address of the deployed worker'],
    [['manifest', '--url', 'http://x'], 'not an https address'],
    [['manifest', '--nope'], 'usage:'],
    [['nope'], 'there is no subcommand nope'],
    [[], 'usage: npm run pawl'],
  ])('says what is wrong with %j and exits 2', async (argv, message) => {
    expect(await node('cli/pawl.ts', ...argv)).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining(message),
    })
  })

  it('prints a manifest that is JSON and nothing else', async () => {
    const { code, out } = await node('cli/pawl.ts', 'manifest', '--url', 'https://pawl.example')
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({
      settings: { event_subscriptions: { request_url: 'https://pawl.example/slack/events' } },
    })
  })
})
