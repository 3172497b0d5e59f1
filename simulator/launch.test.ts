import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'
import { launch } from './launch.ts'
import { freePort, isFree } from './ports.ts'
import { prepareSettings } from './settings.ts'

const folders: string[] = []
function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'pawl-launch-'))
  folders.push(made)
  return made
}
afterAll(() => {
  for (const made of folders) rmSync(made, { recursive: true, force: true })
})
const vars = (root: string) => parseEnv(readFileSync(join(root, '.dev.vars'), 'utf8'))
const ORIGIN = 'http://127.0.0.1:8788'

describe('the local settings', () => {
  it('are made once, for the owner only, and read back the same', async () => {
    const root = folder()
    const first = await prepareSettings(root, ORIGIN)
    const second = await prepareSettings(root, ORIGIN)
    expect(second).toEqual(first)
    expect(first.overrides).toEqual({})
    for (const file of ['.dev.vars', '.pawl/simulator.json'])
      expect(statSync(join(root, file)).mode & 0o777).toBe(0o600)
    // Two people on both platforms: one can approve what the other asks for.
    expect(vars(root).PAWL_ADMINS?.split(',')).toEqual([
      'slack:T0PAWL:U0ADA00001',
      'discord:1180000000000000001:1180000000000000011',
      'slack:T0PAWL:U0JOAN0001',
      'discord:1180000000000000001:1180000000000000016',
    ])
    expect(JSON.parse(vars(root).DEPLOY_HOOKS ?? '').web.staging).toBe(`${ORIGIN}/upstream/deploy/web/staging`)
  })

  it('keep what is there, add what is missing, and override every address that leads out of the machine', async () => {
    const root = folder()
    writeFileSync(
      join(root, '.dev.vars'),
      'SLACK_SIGNING_SECRET=mine0123456789abcdef\nDEPLOY_HOOKS={"web":{"prod":"https://real.example/hook"}}\nOTHER=1',
    )
    const { secrets, overrides } = await prepareSettings(root, 'http://127.0.0.1:9999')
    expect(vars(root)).toMatchObject({
      SLACK_SIGNING_SECRET: 'mine0123456789abcdef',
      OTHER: '1',
      SLACK_API_URL: `${ORIGIN}/slack/api/`,
    })
    expect(vars(root).DEPLOY_HOOKS).toContain('real.example')
    expect(secrets.slackSigningSecret).toBe('mine0123456789abcdef')
    expect(Object.keys(overrides).sort()).toEqual([
      'DEPLOY_HOOKS',
      'DISCORD_API_URL',
      'HTTP_CHECK_ALLOW_HOSTS',
      'SLACK_API_URL',
    ])
    expect(JSON.stringify(overrides)).not.toContain('real.example')
  })

  it('survive two starts at the same moment: both get the same secrets', async () => {
    const root = folder()
    const [one, two] = await Promise.all([prepareSettings(root, ORIGIN), prepareSettings(root, ORIGIN)])
    expect(one.secrets).toEqual(two.secrets)
  })

  it('make a new key when the file with the old one cannot be read, and tell the worker', async () => {
    const root = folder()
    const before = await prepareSettings(root, ORIGIN)
    writeFileSync(join(root, '.pawl', 'simulator.json'), 'not json')
    const after = await prepareSettings(root, ORIGIN)
    expect(after.secrets.discordPublicKey).not.toBe(before.secrets.discordPublicKey)
    expect(after.overrides).toEqual({ DISCORD_PUBLIC_KEY: after.secrets.discordPublicKey })
  })
})

it('a taken port gives the next free one', async () => {
  const { createServer } = await import('node:net')
  const port = await freePort(0)
  const server = createServer().listen(port, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  expect(await isFree(port)).toBe(false)
  expect(await freePort(port)).toBeGreaterThan(port)
  server.close()
})

/** A worker small enough to start in a second: it counts in D1, so that a crash can be told from a fresh start. */
const WORKER = `export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url)
    if (pathname === '/healthz') return Response.json({ ok: true })
    await env.DB.prepare('INSERT INTO visits DEFAULT VALUES').run()
    const { n } = await env.DB.prepare('SELECT count(*) AS n FROM visits').first()
    return Response.json({ text: 'visit ' + n + ' ' + env.SLACK_API_URL + ' ' + env.EXTRA })
  },
}`
const CONFIG = `name = "stub"
main = "worker.js"
compatibility_date = "2026-10-01"
[[d1_databases]]
binding = "DB"
database_name = "stub"
database_id = "local"
`

function stub(): string {
  const root = folder()
  mkdirSync(join(root, 'migrations'))
  writeFileSync(join(root, 'migrations', '0001_init.sql'), 'CREATE TABLE visits (id INTEGER PRIMARY KEY);')
  writeFileSync(join(root, 'worker.js'), WORKER)
  writeFileSync(join(root, 'wrangler.toml'), CONFIG)
  return root
}
/** Processes that still run in this folder; zombies that nobody has collected yet do not. */
function processesIn(root: string): string[] {
  const all = execFileSync('ps', ['-A', '-o', 'stat=,args='], { encoding: 'utf8' }).split('\n')
  return all.filter((line) => line.includes(root) && !line.startsWith('Z'))
}

describe('launch', () => {
  it('starts worker and simulator, survives a crash with its data, and leaves no process', async () => {
    const root = stub()
    const launched = await launch({
      root,
      port: 0,
      simulatorPort: 0,
      persistTo: join(root, 'state'),
      vars: { EXTRA: 'extra: yes' },
    })
    const seat = launched.simulator.slack.user('ada').in('#ops')
    expect((await (await seat.says('/pawl help')).final()).text).toBe(
      `visit 1 ${launched.simulatorUrl}/slack/api/ extra: yes`,
    )
    await launched.kill9()
    expect((await seat.says('/pawl help')).failure).toContain('dispatch_failed')
    await launched.restart()
    expect((await (await seat.says('/pawl help')).final()).text).toContain('visit 2')
    await launched.tick()
    await launched.stop()
    expect(processesIn(root)).toEqual([])
    for (const address of [launched.url, launched.simulatorUrl]) await expect(fetch(address)).rejects.toThrow()
  })

  it('says why the worker did not start, with the end of its log', async () => {
    const root = stub()
    writeFileSync(join(root, 'worker.js'), 'export default {')
    const failing = launch({ root, port: 0, simulatorPort: 0, persistTo: join(root, 'state') })
    await expect(failing).rejects.toThrow(/did not start[\s\S]*worker\.js[\s\S]*worker\.log/)
    expect(processesIn(root)).toEqual([])
  })
})
