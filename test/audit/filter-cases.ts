/** A log and what filters find in it: the same table for the chat (test/worker) and the command line (test/audit). Pure. */
import { literal } from '../../cli/d1.ts'
import { type AuditCode, auditEvent } from '../../src/audit/event.ts'
import { auditLine, INSERT_LINES } from '../../src/db/audit.ts'
import type { PawlRecord } from '../../src/json.ts'

const BEGIN = Date.UTC(2026, 10, 20, 10)
const MINUTE = 60_000

const DEPLOY = 'r_0000000000000001'
const PIPELINE = 'r_0000000000000002'
const DEPLOYER = 'r_0000000000000003'
const INSTALL = 'r_0000000000000004'
const RESTART = 'r_0000000000000005'

/** vera is `slack:T1:U1` and `discord:G1:U9`. */
const RUNS = [
  [DEPLOY, 'slack', 'T1', 'U1', 'deploy'],
  [PIPELINE, 'slack', 'T1', 'U2', 'seed|deploy|echo'],
  [DEPLOYER, 'slack', 'T1', 'U1', 'deployer'],
  [INSTALL, 'discord', 'G1', 'U9', 'pack:install'],
  // Of this one the line that named the command was pruned.
  [RESTART, 'slack', 'T1', 'U1', 'restart'],
] as const

const LINES: readonly (readonly [code: AuditCode, account: string | null, details: PawlRecord])[] = [
  ['run.admitted', 'slack:T1:U1', { run: DEPLOY, command: 'deploy', line: 'deploy Web "now" back\\slash' }],
  ['policy.allowed', 'slack:T1:U1', { run: DEPLOY, command: 'deploy', decision: 'allow' }],
  ['run.running', null, { run: DEPLOY, attempt: 1 }],
  ['run.succeeded', 'slack:T1:U1', { run: DEPLOY, outcome: 'succeeded' }],
  ['run.admitted', 'slack:T1:U2', { run: PIPELINE, command: 'seed|deploy|echo' }],
  ['policy.denied', 'slack:T1:U2', { run: PIPELINE, command: 'deploy', decision: 'deny' }],
  ['run.denied', 'slack:T1:U2', { run: PIPELINE, outcome: 'denied' }],
  ['run.admitted', 'slack:T1:U1', { run: DEPLOYER, command: 'deployer' }],
  ['stage.failed', null, { run: DEPLOYER, command: 'deployer', stage: 1 }],
  ['run.failed', 'slack:T1:U1', { run: DEPLOYER, outcome: 'failed' }],
  ['run.admitted', 'discord:G1:U9', { run: INSTALL, command: 'pack:install', line: 'pack install web' }],
  ['run.cancel_requested', 'slack:T1:U2', { run: INSTALL }],
  ['run.succeeded', null, { run: INSTALL, outcome: 'succeeded' }],
  ['lock.broken', 'slack:T1:U1', { run: PIPELINE, lock: 'deploy:web' }],
  ['admin.changed', 'slack:T1:U2', { target: 'user:vera' }],
  ['run.queued', null, { run: RESTART }],
  ['audit.read', 'cli:laptop:vera', { limit: 20 }],
]

/** How many lines it has; what comes behind them is no matter of the cases. */
export const LINES_IN_LOG = LINES.length

/** What writes it. */
export function filterLog(): string[] {
  const events = LINES.map(([code, account, details], i) => {
    const [platform = '', workspace = '', id = ''] = account?.split(':') ?? []
    return auditLine(
      auditEvent(BEGIN + (i + 1) * MINUTE, code, account === null ? null : { platform, workspace, id }, details),
    )
  })
  return [
    "INSERT INTO users (id, name, created_at) VALUES (99, 'vera', 0)",
    `INSERT INTO identities (platform, workspace, external_id, user_id) VALUES ('slack', 'T1', 'U1', 99), ('discord', 'G1', 'U9', 99)`,
    ...RUNS.map(
      ([id, platform, workspace, actor, command]) =>
        `INSERT INTO runs (id, digest, source, platform, workspace, actor, channel, line, command, effects, mode, retry, state, change, created_at)
         VALUES (${[id, 'd', 'test', platform, workspace, actor, '{}', command, command, 'read', 'inline', 'unsafe', 'accepted', 'c', 0].map(literal).join()})`,
    ),
    `${INSERT_LINES} FROM json_each(${literal(`[${events.join()}]`)}) e`,
  ]
}

/** As both write it: options by their names. */
export interface AskedFor {
  readonly [option: string]: string
}

/** What is asked for, and the lines that are found; the first one is 1. */
export const FILTER_CASES: readonly (readonly [asked: AskedFor, lines: readonly number[]])[] = [
  [{}, LINES.map((_, i) => i + 1)],
  [{ command: 'deploy' }, [1, 2, 3, 4, 5, 6, 7, 14]],
  [{ command: 'deployer' }, [8, 9, 10]],
  [{ command: 'pack install' }, [11, 12, 13]],
  [{ command: 'pack:install' }, [11, 12, 13]],
  [{ command: 'restart' }, [16]],
  [{ person: 'vera' }, [1, 2, 3, 4, 8, 9, 10, 11, 12, 13, 14, 16]],
  [{ person: '@vera' }, [1, 2, 3, 4, 8, 9, 10, 11, 12, 13, 14, 16]],
  [{ person: 'slack:T1:U1' }, [1, 2, 3, 4, 8, 9, 10, 14, 16]],
  [{ person: 'discord:G1:U9' }, [11, 12, 13]],
  [{ person: 'slack:T1:U2' }, [5, 6, 7, 12, 14, 15]],
  [{ person: 'slack:T2:U2' }, []],
  [{ person: 'cli:laptop:vera' }, [17]],
  [{ run: PIPELINE }, [5, 6, 7, 14]],
  [{ code: 'run.succeeded' }, [4, 13]],
  [{ code: 'stage.*' }, [9]],
  [{ outcome: 'allowed' }, [2]],
  [{ outcome: 'denied' }, [6, 7]],
  [{ outcome: 'failed' }, [9, 10]],
  [{ outcome: 'cancel_requested' }, [12]],
  [{ since: '2026-11-20T10:03:00Z', until: '2026-11-20T10:05:00Z' }, [3, 4]],
  [{ person: 'vera', outcome: 'succeeded' }, [4, 13]],
  [{ command: 'deploy', code: 'run.*' }, [1, 3, 4, 5, 7]],
  [{ command: 'deploy', until: '2026-11-20T10:02:00Z' }, [1]],
]

/** Words that are searched for, and the lines that hold them. */
export const WORD_CASES: readonly (readonly [words: string, lines: readonly number[]])[] = [
  ['WEB', [1, 11, 14]],
  ['web deploy', [1, 14]],
  ['"now" back\\slash', [1]],
  ["web' OR 1=1", []],
]

/** What is asked for, and a part of the refusal. */
export const REFUSED_CASES: readonly (readonly [asked: AskedFor, why: string])[] = [
  [{ since: 'soon' }, '--since is a date'],
  [{ since: '1h', until: '2h' }, 'nothing lies between them'],
  [{ run: '12' }, '--run is a run id'],
  [{ code: 'run.denid' }, 'did you mean run.denied?'],
  [{ code: 'run' }, 'there is no code run'],
  [{ outcome: 'deneid' }, 'did you mean denied?'],
  [{ command: "deploy' OR 1" }, '--command is the name of a command'],
  [{ person: "x' OR 1=1 --" }, 'is no user with accounts'],
  [{ person: 'nobody' }, 'is no user with accounts'],
]
