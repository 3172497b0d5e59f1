/** `npm run pawl -- policy <subcommand>`: finds the subcommand in `cli/policy/`, as `pawl.ts` finds this one. */
import { runSubcommand, type SubcommandEntry } from '../subcommands.ts'

const SUBCOMMANDS: ReadonlyMap<string, SubcommandEntry> = new Map([
  [
    'check',
    {
      summary: 'look for mistakes in a policy',
      load: async () => (await import('../policy/check.ts')).checkPolicy,
    },
  ],
  [
    'diff',
    {
      summary: 'show what importing a file would change',
      load: async () => (await import('../policy/diff.ts')).diffPolicy,
    },
  ],
  [
    'eval',
    {
      summary: 'decide requests by rules, one JSON object per line',
      load: async () => (await import('../policy/eval.ts')).evaluate,
    },
  ],
  [
    'export',
    {
      summary: 'print the policy as a text file',
      load: async () => (await import('../policy/export.ts')).exportPolicy,
    },
  ],
  [
    'import',
    { summary: 'make the policy that of a file', load: async () => (await import('../policy/import.ts')).importPolicy },
  ],
  [
    'parse',
    { summary: 'parse rules, one JSON string per line', load: async () => (await import('../policy/parse.ts')).parse },
  ],
  [
    'test',
    { summary: 'run the expectations of a policy', load: async () => (await import('../policy/test.ts')).testPolicy },
  ],
])

/** Exit code of the subcommand; 2 when there is no such one. */
export async function policy(argv: string[]): Promise<number> {
  return runSubcommand('npm run pawl -- policy', SUBCOMMANDS, argv)
}
