/** `npm run pawl -- audit <subcommand>`: finds the subcommand in `cli/audit/`, as `pawl.ts` finds this one. */
import { runSubcommand, type SubcommandEntry } from '../subcommands.ts'

const SUBCOMMANDS: ReadonlyMap<string, SubcommandEntry> = new Map([
  ['list', { summary: 'show the newest lines', load: async () => (await import('../audit/list.ts')).listAudit }],
  [
    'search',
    {
      summary: 'show the newest lines with some words',
      load: async () => (await import('../audit/list.ts')).searchAudit,
    },
  ],
  ['show', { summary: 'show one line', load: async () => (await import('../audit/show.ts')).showAudit }],
  [
    'export',
    {
      summary: 'print the log, or a part of it, as a file',
      load: async () => (await import('../audit/export.ts')).exportAudit,
    },
  ],
  [
    'verify',
    {
      summary: "check exports against the log's key, offline",
      load: async () => (await import('../audit/verify.ts')).verifyAudit,
    },
  ],
  [
    'prove',
    {
      summary: 'print a proof that a line is in the log',
      load: async () => (await import('../audit/prove.ts')).proveAudit,
    },
  ],
  [
    'check-proof',
    { summary: 'check such a proof, alone', load: async () => (await import('../audit/check-proof.ts')).checkProof },
  ],
  ['key', { summary: 'show the public keys of the log', load: async () => (await import('../audit/key.ts')).keyAudit }],
])

/** Exit code of the subcommand; 2 when there is no such one. */
export async function audit(argv: string[]): Promise<number> {
  return runSubcommand('npm run pawl -- audit', SUBCOMMANDS, argv)
}
