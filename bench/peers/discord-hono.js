/** discord-hono on workerd: one slash command that says hello. */
import { DiscordHono } from 'discord-hono'

export default new DiscordHono().command('hello', (c) => c.res('hello'))
