/**
 * The settings of a local start: `.dev.vars` for the worker, `.pawl/simulator.json` for the simulator's own key. Storage: those
 * two files, both readable by their owner only; what is in `.dev.vars` already is never changed.
 */
import { randomBytes } from 'node:crypto'
import {
  appendFileSync,
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { parseEnv } from 'node:util'
import * as z from 'zod'
import { createSecrets, DISCORD_GUILD, PEOPLE, SECURITY_ROOM, type Secrets, SLACK_TEAM } from './index.ts'

export type Settings = Readonly<Record<string, string>>

export interface LocalSettings {
  readonly secrets: Secrets
  /** What `.dev.vars` says otherwise or is no secret: passed to the worker as `--var`. */
  readonly overrides: Settings
}

const HEADER =
  '# Made by Pawl for local use: fresh secrets, and addresses of the local Slack and Discord. Yours to change.\n'
const OWNER_ONLY = 0o600
export const SIMULATOR_PORT = 8788
const USUAL_ORIGIN = `http://127.0.0.1:${SIMULATOR_PORT}`
/** Services that the pretend outside world deploys; the slow ones take ten minutes, `broken` fails. */
const SERVICES = ['web', 'api', 'shop', 'mail', 'slow', 'slow-api', 'broken']
/** Two, so that what one of them asks for can be approved from the start: nobody approves what is his own. */
const ADMINISTRATORS = ['ada', 'joan']

/** The settings that point Pawl at a simulator; nothing secret. */
export function addresses(origin: string, secrets: Secrets): Settings {
  const { host, port } = new URL(origin)
  const hooks = SERVICES.map((service) => [
    service,
    { staging: `${origin}/upstream/deploy/${service}/staging`, prod: `${origin}/upstream/deploy/${service}/prod` },
  ])
  const admins = PEOPLE.filter(({ name }) => ADMINISTRATORS.includes(name)).flatMap(({ slack, discord }) => [
    `slack:${SLACK_TEAM.id}:${slack}`,
    `discord:${DISCORD_GUILD.id}:${discord}`,
  ])
  return {
    SLACK_API_URL: `${origin}/slack/api/`,
    DISCORD_API_URL: `${origin}/discord/api/v10/`,
    DISCORD_PUBLIC_KEY: secrets.discordPublicKey,
    DISCORD_APPLICATION_ID: secrets.discordApplicationId,
    PAWL_WORKSPACES: `slack:${SLACK_TEAM.id},discord:${DISCORD_GUILD.id}`,
    PAWL_SECURITY_ROOM: `slack:${SLACK_TEAM.id}:${SECURITY_ROOM.slack}`,
    PAWL_ADMINS: admins.join(','),
    DEPLOY_HOOKS: JSON.stringify(Object.fromEntries(hooks)),
    HTTP_CHECK_ALLOW_HOSTS: `${host},localhost:${port}`,
  }
}

/**
 * Reads the local settings, making what is missing. A deployment's real values in `.dev.vars` are left alone: the simulator takes over
 * its secrets, and every address that leads out of the machine is overridden.
 */
export async function prepareSettings(root: string, origin: string): Promise<LocalSettings> {
  const file = join(root, '.dev.vars')
  const fresh = { ...(await createSecrets()), ...(await readKey(root)) }
  const made: Settings = {
    SLACK_SIGNING_SECRET: fresh.slackSigningSecret,
    SLACK_BOT_TOKEN: fresh.slackBotToken,
    DISCORD_BOT_TOKEN: fresh.discordBotToken,
    // With it the audit log tells equal arguments and secrets apart from others without showing them.
    PAWL_DIGEST_KEY: randomBytes(32).toString('hex'),
    // The file keeps the usual address; a start on another port passes its own.
    ...addresses(USUAL_ORIGIN, fresh),
  }
  createOnce(file, HEADER)
  const before = readVars(file)
  const missing = Object.entries(made).filter(([name]) => !Object.hasOwn(before, name) || before[name] === '')
  if (missing.length > 0) {
    const text = readFileSync(file, 'utf8')
    const separator = text === '' || text.endsWith('\n') ? '' : '\n'
    appendFileSync(file, separator + missing.map(([name, value]) => `${name}=${quoted(value)}\n`).join(''))
  }
  chmodSync(file, OWNER_ONLY)
  const now = readVars(file)
  const secrets: Secrets = {
    ...fresh,
    slackSigningSecret: now.SLACK_SIGNING_SECRET ?? fresh.slackSigningSecret,
    slackBotToken: now.SLACK_BOT_TOKEN ?? fresh.slackBotToken,
    discordBotToken: now.DISCORD_BOT_TOKEN ?? fresh.discordBotToken,
    discordApplicationId: now.DISCORD_APPLICATION_ID ?? fresh.discordApplicationId,
  }
  const wanted = Object.entries(addresses(origin, secrets))
  return { secrets, overrides: Object.fromEntries(wanted.filter(([name, value]) => now[name] !== value)) }
}

const keySchema = z.object({
  discordPrivateKey: z.looseObject({ kty: z.literal('OKP') }),
  discordPublicKey: z.string().regex(/^[0-9a-f]{64}$/),
})

/** The simulator's key pair; made on first use. A file that cannot be read is replaced: nothing else knows the key. */
async function readKey(root: string): Promise<Pick<Secrets, 'discordPrivateKey' | 'discordPublicKey'>> {
  const file = join(root, '.pawl', 'simulator.json')
  const read = () => {
    try {
      return keySchema.safeParse(JSON.parse(readFileSync(file, 'utf8')))
    } catch {
      // Missing, unreadable, or no JSON.
      return null
    }
  }
  const known = read()
  if (known?.success) return known.data
  const { discordPrivateKey, discordPublicKey } = await createSecrets()
  // Looked at again: another start may have made it meanwhile.
  if (existsSync(file) && !read()?.success) rmSync(file, { force: true })
  createOnce(file, `${JSON.stringify({ discordPrivateKey, discordPublicKey })}\n`)
  const settled = read()
  return settled?.success ? settled.data : { discordPrivateKey, discordPublicKey }
}

/** Creates a file whole, or leaves the one that another start has made meanwhile. */
function createOnce(file: string, content: string): void {
  if (existsSync(file)) return
  mkdirSync(dirname(file), { recursive: true })
  const draft = `${file}.${process.pid}.${Date.now()}.tmp`
  writeFileSync(draft, content, { mode: OWNER_ONLY })
  try {
    linkSync(draft, file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    rmSync(draft, { force: true })
  }
}

function readVars(file: string): Record<string, string> {
  return { ...(parseEnv(readFileSync(file, 'utf8')) as Record<string, string>) }
}

/** Single quotes keep dotenv from reading `#`, `"` and line breaks in a value. */
function quoted(value: string): string {
  return /^[\w:/.,-]*$/.test(value) ? value : `'${value}'`
}
