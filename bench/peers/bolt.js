/** Bolt on Node: one slash command that says hello. Its HTTP receiver alone: no Slack is asked. */
import bolt from '@slack/bolt'

const app = new bolt.App({
  signingSecret: process.env.SLACK_SIGNING_SECRET,
  authorize: async () => ({ botToken: process.env.SLACK_BOT_TOKEN, botId: 'B1', botUserId: 'U0' }),
  logLevel: bolt.LogLevel.ERROR,
})
app.command('/hello', async ({ ack }) => {
  await ack('hello')
})
const server = await app.start({ port: 0, host: '127.0.0.1' })
process.send(server.address().port)
