/** Requests as the platforms sign them, each with a delivery id of its own. WebCrypto and the clock. */
import { createSecrets, type Secrets, signDiscord, signSlack } from '../../simulator/core/sign.ts'

export interface Shot {
  readonly path: string
  readonly headers: Record<string, string>
  readonly body: string
}

/** What is asked, on one platform. */
export interface Wanted {
  readonly platform: 'slack' | 'discord'
  /** `/pawl` or `/hello`. */
  readonly command: string
  readonly line: string
  readonly who: 'ada' | 'grace'
  /** Where the server takes it, if not where Pawl does. */
  readonly path?: string
}

export const PLACES = {
  slack: { workspace: 'T0BENCH0001', channel: 'C0BENCH0001', ada: 'U0BENCHADA1', grace: 'U0BENCHGRA1' },
  discord: {
    workspace: '1180000000000000001',
    channel: '1180000000000000002',
    ada: '1180000000000000003',
    grace: '1180000000000000004',
  },
} as const

export interface Shooter {
  readonly secrets: Secrets
  /** Signed just now; good for five minutes. `nth` makes the delivery unique. */
  shots(wanted: Wanted, count: number): Promise<readonly Shot[]>
}

/** @param upstream where Slack would be */
export async function createShooter(upstream: string): Promise<Shooter> {
  const secrets = await createSecrets()
  let nth = 0
  const shot = async (wanted: Wanted): Promise<Shot> => {
    nth += 1
    const seconds = Math.floor(Date.now() / 1_000)
    return wanted.platform === 'slack'
      ? await slackShot(secrets, upstream, wanted, nth, seconds)
      : await discordShot(secrets, wanted, nth, seconds)
  }
  return {
    secrets,
    async shots(wanted, count) {
      const all: Shot[] = []
      while (all.length < count) all.push(await shot(wanted))
      return all
    },
  }
}

async function slackShot(
  secrets: Secrets,
  upstream: string,
  { command, line, who, path = '/slack/commands' }: Wanted,
  nth: number,
  seconds: number,
): Promise<Shot> {
  const { workspace, channel, [who]: user } = PLACES.slack
  const body = new URLSearchParams({
    token: 'unused',
    team_id: workspace,
    team_domain: 'bench',
    channel_id: channel,
    channel_name: 'ops',
    user_id: user,
    user_name: who,
    command,
    text: line,
    api_app_id: 'A0BENCH0001',
    is_enterprise_install: 'false',
    trigger_id: `${seconds}.${nth}.bench`,
    response_url: `${upstream}/slack/response`,
  }).toString()
  return {
    path,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      ...(await signSlack(secrets.slackSigningSecret, body, seconds)),
    },
    body,
  }
}

async function discordShot(
  secrets: Secrets,
  { command, line, who, path = '/discord/interactions' }: Wanted,
  nth: number,
  seconds: number,
): Promise<Shot> {
  const { workspace, channel, [who]: user } = PLACES.discord
  const body = JSON.stringify({
    id: String(1_190_000_000_000_000_000n + BigInt(seconds) * 1_000_000n + BigInt(nth)),
    application_id: secrets.discordApplicationId,
    type: 2,
    token: `bench-${nth}`,
    version: 1,
    guild_id: workspace,
    channel_id: channel,
    channel: { id: channel, type: 0, name: 'ops' },
    member: { user: { id: user, username: who, discriminator: '0', avatar: null }, roles: [], permissions: '0' },
    locale: 'en-US',
    entitlements: [],
    authorizing_integration_owners: {},
    data: {
      id: '1180000000000000009',
      name: command.slice(1),
      type: 1,
      ...(line !== '' && { options: [{ name: 'run', type: 3, value: line }] }),
    },
  })
  return {
    path,
    headers: { 'content-type': 'application/json', ...(await signDiscord(secrets.discordPrivateKey, body, seconds)) },
    body,
  }
}
