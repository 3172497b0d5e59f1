/** A small install and documents as text, for the tests of expectations, lint and gains. Pure. */
import * as z from 'zod'
import deploy from '../../../commands/deploy.ts'
import { defineCommand } from '../../command/define.ts'
import { option } from '../../command/options.ts'
import { createRegistry } from '../../command/registry.ts'
import { parseDocument } from './file-parse.ts'
import type { LintContext } from './lint.ts'
import type { PolicyDocument } from './model.ts'

export const NOW = Date.UTC(2026, 0, 10)

/** A command of the site with these rules. */
export function command(name: string, rules: readonly [string, ...string[]]) {
  return defineCommand({
    name,
    summary: 'For tests',
    options: {
      count: z.int().optional().describe('How many'),
      what: option.json().optional().describe('Anything'),
      tags: z.array(z.string()).default([]).describe('Tags'),
    },
    effects: 'read',
    rules,
    approval: {
      when: ({ count }) => count === undefined,
      permission: `${name.split(' ', 1)[0]}:approve`,
      expires: '1h',
    },
    handler: () => [{ app: 'web' }],
  })
}

const wayBack = (action: 'disable' | 'delete') =>
  defineCommand({
    name: `rule ${action}`,
    summary: 'As the house has it',
    options: { id: z.int().describe('Its number') },
    effects: 'write',
    rules: [`when command is rule:${action} allow`],
    handler: () => null,
  })

export const registry = createRegistry([
  { file: 'src/builtins', command: wayBack('disable') },
  { file: 'src/builtins', command: wayBack('delete') },
  { file: 'commands/deploy.ts', command: deploy },
  { file: 'commands/apps.ts', command: command('apps', ['when command is apps allow']) },
  { file: 'commands/pack.ts', command: command('pack install', ['when command is pack:install must have pack:run']) },
  { file: 'commands/shift.ts', command: command('shift', ['when command is shift with channel == "slack:C1" allow']) },
])

export const context: LintContext = {
  registry,
  admins: new Set(['slack:T1:BOSS']),
  workspaces: new Set(['slack:T1', 'discord:G1']),
  now: NOW,
}

/** Who may deploy: developers, and prod the releasers. The rules of deploy are its module's. */
export const DEPLOY = `user ada slack:T1:ADA
user bob discord:G1:BOB

room #ops slack:C1
room #release notes slack:C2

role developer
  permission deploy:run
role releaser
  permission deploy:prod

group developers
  member ada
  member bob
  role developer
group releasers
  member bob until 2026-01-10T02:00:00Z
  role releaser
`

/** The document of a file's text. */
export function documentOf(text: string): PolicyDocument {
  const parsed = parseDocument(text)
  if (!parsed.ok) throw new Error(parsed.errors.map(({ line, message }) => `line ${line}: ${message}`).join('\n'))
  return parsed.document
}

export const deployPolicy = documentOf(DEPLOY)
