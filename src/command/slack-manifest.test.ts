import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { defineCommand } from './define.ts'
import { type SlackManifest, slackManifest } from './slack-manifest.ts'

const command = (name: string) =>
  defineCommand({
    name,
    summary: `does ${name}`,
    options: { service: z.string().describe('Service') },
    effects: 'read',
    rules: [`when command is ${name.replaceAll(' ', ':')} allow`],
    handler: () => null,
  })

function manifest(...names: string[]): { manifest: SlackManifest; notes: readonly string[] } {
  const result = slackManifest(names.map(command), { url: 'https://pawl.example/', name: 'Pawl' })
  if (!result.ok) throw new Error(result.message)
  return result
}

const commandsOf = (result: { manifest: SlackManifest }) =>
  result.manifest.features.slash_commands.map((one) => one.command)

describe('slackManifest', () => {
  it('has /pawl and one slash command per first word, each escaped and at the door', () => {
    const result = manifest('deploy', 'pack install', 'pack remove')
    expect(commandsOf(result)).toEqual(['/pawl', '/deploy', '/pack'])
    expect(result.manifest.features.slash_commands[1]).toEqual({
      command: '/deploy',
      url: 'https://pawl.example/slack/commands',
      description: 'does deploy',
      usage_hint: '<service>',
      should_escape: true,
    })
    expect(result.manifest.features.slash_commands[2]).toMatchObject({
      description: 'install, remove',
      usage_hint: 'install | remove',
    })
  })

  it('subscribes to mentions and direct messages, and asks for no more scopes than it uses', () => {
    const { settings, oauth_config } = manifest().manifest
    expect(settings.event_subscriptions).toEqual({
      request_url: 'https://pawl.example/slack/events',
      bot_events: ['app_mention', 'message.im'],
    })
    expect(settings.interactivity).toEqual({
      is_enabled: true,
      request_url: 'https://pawl.example/slack/interactions',
      message_menu_options_url: 'https://pawl.example/slack/interactions',
    })
    expect(oauth_config.scopes.bot).toEqual([
      'app_mentions:read',
      'channels:read',
      'chat:write',
      'chat:write.public',
      'commands',
      'groups:read',
      'im:history',
      'im:write',
      'users:read',
    ])
  })

  it('has a shortcut on messages and a global one, within what Slack takes', () => {
    const { shortcuts } = manifest().manifest.features
    expect(shortcuts.map(({ type, name }) => [type, name])).toEqual([
      ['message', 'Run with Pawl…'],
      ['global', 'Run a command'],
    ])
    for (const { name, description } of shortcuts) {
      expect(name.length).toBeLessThanOrEqual(24)
      expect(description.length).toBeLessThanOrEqual(150)
    }
  })

  it('takes 49 commands beside /pawl, and only /pawl with 50', () => {
    const names = (n: number) => Array.from({ length: n }, (_, i) => `c${i}`)
    expect(commandsOf(manifest(...names(49)))).toHaveLength(50)
    const full = manifest(...names(50))
    expect(commandsOf(full)).toEqual(['/pawl'])
    expect(full.notes).toEqual(['an app has at most 50 slash commands and here are 51: all go through /pawl'])
  })

  it('leaves out what Slack would not take, and says so', () => {
    const result = manifest('remind', 'x'.repeat(31), 'x'.repeat(32))
    expect(commandsOf(result)).toEqual(['/pawl', `/${'x'.repeat(31)}`])
    expect(result.notes).toHaveLength(2)
  })

  it.each(['http://pawl.example', 'pawl.example', 'ftp://x', ''])('refuses the address "%s"', (url) => {
    expect(slackManifest([], { url, name: 'Pawl' })).toMatchObject({
      ok: false,
      message: expect.stringContaining('not an https address'),
    })
  })

  it('takes a name of 35 characters and refuses one more or none', () => {
    const named = (name: string) => slackManifest([], { url: 'https://x.example', name }).ok
    expect([named('x'.repeat(35)), named('x'.repeat(36)), named('')]).toEqual([true, false, false])
  })
})
