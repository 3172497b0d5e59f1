/** slack-edge on workerd: one slash command that says hello. Who the bot is, is given: no Slack is asked. */
import { SlackApp } from 'slack-edge'

export default {
  fetch(request, env, ctx) {
    const app = new SlackApp({
      env: { SLACK_SIGNING_SECRET: env.SLACK_SIGNING_SECRET, SLACK_BOT_TOKEN: env.SLACK_BOT_TOKEN },
      authorize: async () => ({ botToken: env.SLACK_BOT_TOKEN, botId: 'B1', botUserId: 'U0', botScopes: ['commands'] }),
    })
    app.command('/hello', async () => 'hello')
    return app.run(request, ctx)
  },
}
