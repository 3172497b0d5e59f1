/** Secrets of the pretend Slack and Discord of the tests: fixed, because the worker's bindings are made before a test runs. */
import type { Secrets } from '../simulator/index.ts'

export const SIMULATOR = 'https://simulator.test'

export const TEST_SECRETS: Secrets = {
  slackSigningSecret: '067a5c5df7634637a4eac1b9a7d3a81f',
  slackBotToken: 'xoxb-local-d38d52b72950b959644a3990d07c9592',
  discordPrivateKey: {
    kty: 'OKP',
    crv: 'Ed25519',
    d: 'ygoCq1LN8xaQz8rQdno4wCzYNa5bl6Iy87VW9kwKMcI',
    x: '7zpTRs-dY9OmXAfkI4P9RtSjCX6VSKq-daa-NBIC6kQ',
    key_ops: ['sign'],
    ext: true,
  },
  discordPublicKey: 'ef3a5346cf9d63d3a65c07e42383fd46d4a3097e9548aabe75a6be341202ea44',
  discordApplicationId: '1180000000000000090',
  discordBotToken: 'local.d15cba33d5ca3080c1b152851a76b40f',
}

/** The worker's settings that go with them. */
export const TEST_SETTINGS = {
  SLACK_SIGNING_SECRET: TEST_SECRETS.slackSigningSecret,
  SLACK_BOT_TOKEN: TEST_SECRETS.slackBotToken,
  SLACK_API_URL: `${SIMULATOR}/slack/api/`,
  DISCORD_PUBLIC_KEY: TEST_SECRETS.discordPublicKey,
  DISCORD_APPLICATION_ID: TEST_SECRETS.discordApplicationId,
  DISCORD_BOT_TOKEN: TEST_SECRETS.discordBotToken,
  DISCORD_API_URL: `${SIMULATOR}/discord/api/v10/`,
  PAWL_DIGEST_KEY: 'a digest key of the tests, 40 letters long',
  PAWL_WORKSPACES: 'slack:T0PAWL discord:1180000000000000001',
  PAWL_SECURITY_ROOM: 'slack:T0PAWL:C0SECURITY',
  PAWL_ADMINS: 'slack:T0PAWL:U0ADA00001, discord:1180000000000000001:1180000000000000011',
  DEPLOY_HOOKS: JSON.stringify({
    web: { staging: `${SIMULATOR}/upstream/deploy/web/staging`, prod: `${SIMULATOR}/upstream/deploy/web/prod` },
  }),
  HTTP_CHECK_ALLOW_HOSTS: 'simulator.test:443',
}
