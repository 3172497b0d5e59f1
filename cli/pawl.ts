/**
 * `npm run pawl -- <subcommand>`: finds the subcommand and gives it the rest of the line. Each lives in its own file and is
 * loaded only when it is asked for, so that `parse` starts as fast as it can.
 */

import { runSubcommand, type SubcommandEntry } from './subcommands.ts'

const SUBCOMMANDS: ReadonlyMap<string, SubcommandEntry> = new Map([
  [
    'audit',
    { summary: 'read, export and verify the audit log', load: async () => (await import('./commands/audit.ts')).audit },
  ],
  [
    'cost',
    {
      summary: 'what a number of commands costs on Cloudflare',
      load: async () => (await import('./commands/cost.ts')).cost,
    },
  ],
  [
    'manifest',
    {
      summary: 'print the Slack manifest of a deployed Pawl',
      load: async () => (await import('./commands/manifest.ts')).manifest,
    },
  ],
  ['run', { summary: 'run pipelines on this machine', load: async () => (await import('./commands/run.ts')).run }],
  ['new', { summary: 'start a command module', load: async () => (await import('./commands/new.ts')).newCommand }],
  [
    'parse',
    {
      summary: 'parse pipelines, one JSON string per line',
      load: async () => (await import('./commands/parse.ts')).parse,
    },
  ],
  [
    'policy',
    {
      summary: 'rules and who holds what',
      load: async () => (await import('./commands/policy.ts')).policy,
    },
  ],
  [
    'register',
    {
      summary: 'register the commands with Discord',
      load: async () => (await import('./commands/register.ts')).register,
    },
  ],
])

/** Runs one command line; the number is the exit code. */
export async function pawl(argv: readonly string[]): Promise<number> {
  return runSubcommand('npm run pawl --', SUBCOMMANDS, argv)
}

if (import.meta.main) process.exitCode = await pawl(process.argv.slice(2))
