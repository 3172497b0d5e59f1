/** Finding a subcommand by its name, and the help when there is none. Writes to the terminal. */

export type Subcommand = (argv: string[]) => Promise<number>

export interface SubcommandEntry {
  readonly summary: string
  /** Loaded only when it is asked for, so that each starts as fast as it can. */
  load(): Promise<Subcommand>
}

/** A wrong command line, as most shells' tools say it. */
const USAGE_ERROR = 2

/**
 * Gives the rest of the line to the subcommand that it names; the number is the exit code.
 *
 * @param start what is typed before the name, as in `npm run pawl --`
 */
export async function runSubcommand(
  start: string,
  subcommands: ReadonlyMap<string, SubcommandEntry>,
  [name, ...rest]: readonly string[],
): Promise<number> {
  const entry = name === undefined ? undefined : subcommands.get(name)
  if (entry) return (await entry.load())(rest)
  const asked = name === 'help' || name === '--help' || name === '-h'
  if (name !== undefined && !asked) console.error(`there is no subcommand ${name}`)
  const print = asked ? console.log : console.error
  print(helpText(start, subcommands))
  return asked ? 0 : USAGE_ERROR
}

function helpText(start: string, subcommands: ReadonlyMap<string, SubcommandEntry>): string {
  const width = Math.max(...[...subcommands.keys()].map((name) => name.length))
  const lines = [...subcommands].map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`)
  return [`usage: ${start} <subcommand> [options]`, '', ...lines].join('\n')
}
