/** slash-create on Node, with Fastify as its page shows it: one slash command that says hello. No Discord is asked. */
import fastify from 'fastify'
import { FastifyServer, SlashCommand, SlashCreator } from 'slash-create'

class Hello extends SlashCommand {
  constructor(creator) {
    super(creator, { name: 'hello', description: 'Say hello' })
  }

  run() {
    return 'hello'
  }
}

const app = fastify()
const creator = new SlashCreator({
  applicationID: process.env.DISCORD_APPLICATION_ID,
  publicKey: process.env.DISCORD_PUBLIC_KEY,
  token: process.env.DISCORD_BOT_TOKEN,
})
creator.withServer(new FastifyServer(app, { alreadyListening: true })).registerCommand(Hello)
await creator.startServer?.()
await app.listen({ port: 0, host: '127.0.0.1' })
process.send(app.server.address().port)
