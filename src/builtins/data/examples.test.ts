import { describe, expect, it } from 'vitest'
import { isMarkdown, textOf } from '../../chat/markdown.ts'
import { discordRegistration } from '../../command/discord.ts'
import { slackManifest } from '../../command/slack-manifest.ts'
import { dataCommands } from './index.ts'
import { run } from './line.kit.ts'

describe('the data commands', () => {
  it('take up a slash command of their own only where they can start a pipeline', () => {
    const { commands, notes } = discordRegistration(dataCommands)
    expect(notes).toEqual([])
    expect(commands.map(({ name }) => name)).toEqual(['pawl', 'date', 'echo', 'seed', 'Run with Pawl…'])
    const slack = slackManifest(dataCommands, { url: 'https://pawl.example', name: 'Pawl' })
    expect(slack.ok && slack.notes).toEqual([])
    expect(slack.ok && slack.manifest.features.slash_commands.map(({ command }) => command)).toEqual([
      '/pawl',
      '/date',
      '/echo',
      '/seed',
    ])
  })
})

describe.each(dataCommands)('$name', (command) => {
  it('has examples', () => {
    expect(command.examples.length).toBeGreaterThan(0)
  })

  it.each([...command.examples])('%s: %s', async (line) => {
    const records = await run(line)
    expect(records.length).toBeGreaterThan(0)
    const [first, ...rest] = records
    // A view belongs to the last stage; it must bear whatever its command gives.
    if (first && line.split(' | ').at(-1)?.startsWith(command.name)) {
      const view = command.view([first, ...rest])
      if (view !== null) expect(isMarkdown(view) ? textOf(view) : JSON.stringify(view)).not.toBe('')
    }
  })

  it('is open to all, answers in the room, and changes nothing', () => {
    expect(command).toMatchObject({
      rules: [`when command is ${command.key} allow`],
      answer: 'channel',
      effects: 'read',
      run: 'inline',
    })
  })
})
