/** What is compared: how each is started, what it is asked and what it must answer. Processes, through `server.ts`. */
import { join } from 'node:path'
import { readD1Migrations } from '@cloudflare/vitest-plugin'
import { type Bundle, bundle } from './bundle.ts'
import type { Expected } from './fire.ts'
import { PLACES, type Shooter, type Wanted } from './requests.ts'
import { onNode, onWorkerd, type Server } from './server.ts'

export interface Question {
  /** As the table says it. */
  readonly name: string
  readonly wanted: Wanted
  readonly expected: Expected
  /** The same delivery again and again. */
  readonly repeated?: true
}

export interface Subject {
  readonly name: string
  readonly runs: 'workerd' | 'Node'
  /** Null for what is not bundled. */
  readonly bundle: Bundle | null
  readonly questions: readonly Question[]
  start(): Promise<Server>
}

const OK = 200

/** Three stages over records of its own: the engine, without anything outside. */
const PIPELINE = `seed '[{"host":"a","load":3},{"host":"b","load":1},{"host":"c","load":2}]' | filter 'load > 1' | sort load --desc`

/** Every subject, bundled. `upstream` is where Slack and Discord would be. */
export async function subjects({ secrets }: Shooter, upstream: string): Promise<readonly Subject[]> {
  const env = bindingsOf(secrets)
  const [floor, floorBound, limit, pawl, slackEdge, discordHono] = await Promise.all([
    bundle('bench/compare/hand/floor.ts'),
    bundle('bench/compare/hand/floor-bound.ts'),
    bundle('bench/compare/hand/limit.ts'),
    bundle('bench/compare/pawl.ts'),
    bundle('bench/peers/slack-edge.js'),
    bundle('bench/peers/discord-hono.js'),
  ])
  return [
    {
      name: 'floor: verifies and answers',
      runs: 'workerd',
      bundle: floor,
      questions: [ask('hello', 'slack', '/pawl', 'hello', 'hello'), ask('hello', 'discord', '/pawl', 'hello', 'hello')],
      start: () => onWorkerd({ bundle: floor, bindings: env }),
    },
    {
      name: 'floor, with D1, queue and objects bound',
      runs: 'workerd',
      bundle: floorBound,
      questions: [],
      start: () => onWorkerd({ bundle: floorBound, bindings: env, d1: true, whole: true }),
    },
    {
      name: 'limit: with the trips to D1, by hand',
      runs: 'workerd',
      bundle: limit,
      questions: [...both('inline, read', 'look x', 'saw'), ...both('inline, write', 'touch x', 'saw')],
      start: () => startLimit(limit, env),
    },
    {
      name: 'Pawl',
      runs: 'workerd',
      bundle: pawl,
      questions: [
        ...both('inline, read', 'look x', 'saw'),
        ...both('inline, write', 'touch x', 'saw'),
        ...both('denied', 'touch x', 'may not run', 'grace'),
        ...both('pipeline of three', PIPELINE, 'b'),
        ...both('a job, acknowledged', 'work x', 'Queued'),
        ...both('a duplicate', 'look x', 'saw').map((question) => ({ ...question, repeated: true as const })),
      ],
      start: () => startPawl(pawl, env, upstream),
    },
    {
      name: 'slack-edge',
      runs: 'workerd',
      bundle: slackEdge,
      questions: [ask('hello', 'slack', '/hello', '', 'hello')],
      start: () => onWorkerd({ bundle: slackEdge, bindings: env }),
    },
    {
      name: 'discord-hono',
      runs: 'workerd',
      bundle: discordHono,
      questions: [ask('hello', 'discord', '/hello', '', 'hello', '/')],
      start: () => onWorkerd({ bundle: discordHono, bindings: env }),
    },
    {
      name: 'Bolt',
      runs: 'Node',
      bundle: null,
      questions: [ask('hello', 'slack', '/hello', '', 'hello', '/slack/events')],
      start: () => onNode('bolt.js', env),
    },
    {
      name: 'slash-create',
      runs: 'Node',
      bundle: null,
      questions: [ask('hello', 'discord', '/hello', '', 'hello', '/interactions')],
      start: () => onNode('slash-create.js', env),
    },
  ]
}

/** The secrets as the subjects read them. */
export function bindingsOf(secrets: Shooter['secrets']): Readonly<Record<string, string>> {
  return {
    SLACK_SIGNING_SECRET: secrets.slackSigningSecret,
    SLACK_BOT_TOKEN: secrets.slackBotToken,
    DISCORD_PUBLIC_KEY: secrets.discordPublicKey,
    DISCORD_APPLICATION_ID: secrets.discordApplicationId,
    DISCORD_BOT_TOKEN: secrets.discordBotToken,
    DISCORD_TOKEN: secrets.discordBotToken,
  }
}

function ask(
  name: string,
  platform: Wanted['platform'],
  command: string,
  line: string,
  text: string,
  path?: string,
  who: Wanted['who'] = 'ada',
): Question {
  const wanted: Wanted = { platform, command, line, who, ...(path !== undefined && { path }) }
  return { name: `${name}, ${platform}`, wanted, expected: { status: OK, text } }
}

/** From both platforms. */
function both(name: string, line: string, text: string, who: Wanted['who'] = 'ada'): Question[] {
  return (['slack', 'discord'] as const).map((platform) => ask(name, platform, '/pawl', line, text, undefined, who))
}

async function startLimit(made: Bundle, bindings: Readonly<Record<string, string>>): Promise<Server> {
  const server = await onWorkerd({ bundle: made, bindings, d1: true })
  await server.sql(await statementsIn('bench/compare/hand/schema'))
  await server.sql([
    ...(['slack', 'discord'] as const).map(
      (platform) =>
        `INSERT INTO identities VALUES ('${platform}', '${PLACES[platform].workspace}', '${PLACES[platform].ada}', 1)`,
    ),
    'INSERT INTO group_members VALUES (1, 1)',
    'INSERT INTO group_roles VALUES (1, 1)',
    `INSERT INTO role_permissions VALUES (1, 'trial:run')`,
  ])
  return server
}

/** Pawl with somebody who may run what asks for `trial:run`. */
export async function startPawl(
  made: Bundle,
  bindings: Readonly<Record<string, string>>,
  upstream: string,
): Promise<Server> {
  const server = await onWorkerd({
    bundle: made,
    bindings: {
      ...bindings,
      PAWL_WORKSPACES: `slack:${PLACES.slack.workspace},discord:${PLACES.discord.workspace}`,
      PAWL_ADMINS: `slack:${PLACES.slack.workspace}:U0BENCHADM1`,
      SLACK_API_URL: `${upstream}/slack/api/`,
      DISCORD_API_URL: `${upstream}/discord/api/v10/`,
    },
    d1: true,
    whole: true,
  })
  await server.sql(await statementsIn('migrations'))
  const people = (['ada', 'grace'] as const).flatMap((who, i) => [
    `INSERT INTO users (id, name, created_at) VALUES (${i + 1}, '${who}', 0)`,
    ...(['slack', 'discord'] as const).map(
      (platform) =>
        `INSERT INTO identities (platform, workspace, external_id, user_id) VALUES ('${platform}', '${PLACES[platform].workspace}', '${PLACES[platform][who]}', ${i + 1})`,
    ),
  ])
  await server.sql([
    ...people,
    `INSERT INTO groups (id, name, created_at) VALUES (10, 'ops', 0)`,
    'INSERT INTO group_members (user_id, group_id) VALUES (1, 10)',
    `INSERT INTO roles (id, name, created_at) VALUES (10, 'operator', 0)`,
    'INSERT INTO group_roles (group_id, role_id) VALUES (10, 10)',
    `INSERT INTO permissions (name) VALUES ('trial:run')`,
    `INSERT INTO role_permissions (role_id, permission) VALUES (10, 'trial:run')`,
    // The pipeline's stages are Pawl's own, open to whom the site opens them.
    ...['seed', 'filter', 'sort'].map(
      (command) =>
        `INSERT INTO rules (command, text, created_at) VALUES ('${command}', 'when command is ${command} must have trial:run', 0)`,
    ),
  ])
  return server
}

async function statementsIn(folder: string): Promise<string[]> {
  const migrations = await readD1Migrations(join(import.meta.dirname, '..', '..', folder))
  return migrations.flatMap(({ queries }) => queries)
}
