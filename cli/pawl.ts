/**
 * `npm run pawl -- <subcommand>`: finds the subcommand and gives it the rest of the line. Each lives in its own file and is
 * loaded only when it is asked for, so that `parse` starts as fast as it can.
 */

type Subcommand = (argv: string[]) => Promise<number>

interface Entry {
  readonly summary: string
  load(): Promise<Subcommand>
}

const SUBCOMMANDS: ReadonlyMap<string, Entry> = new Map([
  ['audit', { summary: 'read the audit log', load: async () => (await import('./commands/audit.ts')).audit }],
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
    'register',
    {
      summary: 'register the commands with Discord',
      load: async () => (await import('./commands/register.ts')).register,
    },
  ],
])

/** A wrong command line, as most shells' tools say it. */
const USAGE_ERROR = 2

/** Runs one command line; the number is the exit code. */
export async function pawl(argv: readonly string[]): Promise<number> {
  const [name, ...rest] = argv
  const entry = name === undefined ? undefined : SUBCOMMANDS.get(name)
  if (entry) return (await entry.load())(rest)
  const asked = name === undefined || name === 'help' || name === '--help' || name === '-h'
  if (!asked) console.error(`there is no subcommand ${name}`)
  const print = asked && name !== undefined ? console.log : console.error
  print(helpText())
  return asked && name !== undefined ? 0 : USAGE_ERROR
}

function helpText(): string {
  const width = Math.max(...[...SUBCOMMANDS.keys()].map((name) => name.length))
  const lines = [...SUBCOMMANDS].map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`)
  return ['usage: npm run pawl -- <subcommand> [options]', '', ...lines].join('\n')
}

if (import.meta.main) process.exitCode = await pawl(process.argv.slice(2))
