/**
 * A log to try things on: real rows in SQLite with the real migrations, a real tree, real keys. What the Ledger does, without a
 * Worker around it. Touches memory, and the migrations.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { hmac } from '../../cli/audit/hash.ts'
import type { AskD1 } from '../../cli/audit/source.ts'
import { formatCheckpoint } from '../../src/audit/checkpoint.ts'
import { type AuditCode, auditEvent } from '../../src/audit/event.ts'
import { commitmentOf } from '../../src/audit/leaf.ts'
import { formatVerifierKey, generateSigner, type Signer, signNote } from '../../src/audit/note.ts'
import { EMPTY_LOG, extendLog, leavesOf, type NumberedRow, type SealedLog } from '../../src/audit/seal.ts'
import { formatTile } from '../../src/audit/tile.ts'
import { auditLine, INSERT_LINES } from '../../src/db/audit.ts'
import type { Row } from '../../src/db/document-read.ts'
import type { PawlRecord } from '../../src/json.ts'

const MIGRATIONS = join(import.meta.dirname, '../../migrations')

/** Node 22 warns that its SQLite is experimental; nobody has to act on it. */
const { DatabaseSync: Database } = (() => {
  const { emitWarning } = process
  process.emitWarning = () => {}
  try {
    return process.getBuiltinModule('node:sqlite')
  } finally {
    process.emitWarning = emitWarning
  }
})()

const BEGIN = Date.UTC(2026, 10, 21, 10)

export interface TestEvent {
  readonly code: AuditCode
  readonly details?: PawlRecord
  readonly user?: string
}

export class TestLog {
  readonly origin: string
  readonly database: DatabaseSync = new Database(':memory:')
  /** The keys, the first one first. */
  readonly signers: Signer[] = []
  /** Every checkpoint, by its size. */
  readonly notes = new Map<number, string>()
  #log: SealedLog = EMPTY_LOG
  #now = BEGIN

  private constructor(origin: string) {
    this.origin = origin
    for (const file of readdirSync(MIGRATIONS).sort()) this.database.exec(readFileSync(join(MIGRATIONS, file), 'utf8'))
  }

  /** A log with its first line. */
  static async start(origin = 'pawl/0badcafe'): Promise<TestLog> {
    const log = new TestLog(origin)
    const { signer } = await generateSigner(origin)
    log.signers.push(signer)
    log.append([{ code: 'log.started', details: { origin, key: formatVerifierKey(signer.verifier) } }])
    return log
  }

  /** What reads it. */
  readonly ask: AskD1 = async (statements) => ({
    ok: true,
    answers: statements.map((sql) => this.database.prepare(sql).all() as Row[]),
  })

  get key(): string {
    return this.vkey(-1)
  }

  /** The public key at a place; -1 is the newest. */
  vkey(at: number): string {
    const signer = this.signers.at(at)
    if (!signer) throw new Error(`there is no key ${at}`)
    return formatVerifierKey(signer.verifier)
  }

  get size(): number {
    return this.#log.frontier.size
  }

  /** The number of its newest line, sealed or not. */
  get last(): number {
    return Number(this.database.prepare('SELECT max(seq) AS last FROM audit').get()?.last ?? 0)
  }

  append(events: readonly TestEvent[]): void {
    const lines = events.map(({ code, details = {}, user }) => {
      this.#now += 1_000
      const actor = user === undefined ? null : { platform: 'slack' as const, workspace: 'T1', id: user }
      return auditLine(auditEvent(this.#now, code, actor, details))
    })
    this.database.prepare(`${INSERT_LINES} FROM json_each(?) e`).run(`[${lines.join()}]`)
  }

  /** Seals what waits. */
  async seal({ signers = this.signers.slice(-1) }: { signers?: readonly Signer[] } = {}): Promise<string> {
    const { frontier, lastLeaf } = this.#log
    const rows = this.rows('seq >= ?', Math.max(frontier.size, 1))
    const read = leavesOf(rows, frontier.size, lastLeaf)
    if (!read.ok) throw new Error(JSON.stringify(read.refusal))
    return this.#sign(read.leaves, signers)
  }

  async #sign(leaves: readonly Uint8Array[], signers: readonly Signer[]): Promise<string> {
    const { log, root, tiles } = extendLog(this.#log, leaves)
    this.#log = log
    const { size } = log.frontier
    const note = await signNote(formatCheckpoint({ origin: this.origin, size, root, time: this.#now }), signers)
    this.notes.set(size, note)
    this.database.prepare('INSERT INTO checkpoints (size, at, note) VALUES (?, ?, ?)').run(size, this.#now, note)
    for (const { level, n, hashes } of tiles)
      this.database
        .prepare('INSERT INTO audit_tiles VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET hashes = excluded.hashes')
        .run(level, n, formatTile(hashes))
    return note
  }

  /** Changes the key, as the Ledger does: an event, and a checkpoint over it that both keys sign. */
  async rotate(): Promise<string> {
    const { signer } = await generateSigner(this.origin)
    const details = { old_key: this.key, new_key: formatVerifierKey(signer.verifier), reason_text: 'yearly' }
    this.append([{ code: 'log.key_rotated', details, user: 'UADMIN' }])
    this.signers.push(signer)
    return this.seal({ signers: this.signers.slice(-2) })
  }

  /** Takes the words of people away, and says so. */
  erase(first: number, last: number): void {
    for (const { seq, personal, salt } of this.rows('seq BETWEEN ? AND ?', first, last)) {
      if (personal === null || salt === null) continue
      const made = commitmentOf(salt, personal, hmac)
      if (!made.ok) throw new Error(made.why)
      this.database
        .prepare('UPDATE audit SET personal = NULL, salt = NULL, erased = ? WHERE seq = ?')
        .run(made.value, seq)
    }
    const details = { lines: last - first + 1, seqs: `${first}-${last}`, reason_text: 'asked for' }
    this.append([{ code: 'audit.erased', details, user: 'UADMIN' }])
  }

  /** Says that lines are pruned, seals that, and takes them away. */
  async prune(to: number): Promise<void> {
    this.append([{ code: 'audit.pruned' as AuditCode, details: { to } }])
    await this.seal()
    this.database.prepare('UPDATE audit_bounds SET pruned_to = ?').run(to)
    this.database.prepare('DELETE FROM audit WHERE seq <= ?').run(to)
  }

  rows(where: string, ...values: number[]): NumberedRow[] {
    const sql = `SELECT seq, event, personal, salt, erased FROM audit WHERE ${where} ORDER BY seq`
    return this.database.prepare(sql).all(...values) as unknown as NumberedRow[]
  }

  /** Lets somebody with access to the database do what the triggers forbid. */
  dropTriggers(): void {
    const triggers = this.database.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").all()
    for (const { name } of triggers) this.database.exec(`DROP TRIGGER ${String(name)}`)
  }

  /** A second history of the same log: what is signed with the same key from here on is another one. */
  fork(): TestLog {
    const log = new TestLog(this.origin)
    log.dropTriggers()
    for (const table of ['audit', 'checkpoints', 'audit_tiles']) {
      const rows = this.database.prepare(`SELECT * FROM ${table}`).all()
      for (const row of rows)
        log.database
          .prepare(
            `INSERT INTO ${table} VALUES (${Object.keys(row)
              .map(() => '?')
              .join()})`,
          )
          .run(...Object.values(row))
    }
    log.signers.push(...this.signers)
    log.#log = this.#log
    log.#now = this.#now
    return log
  }

  /** Signs all checkpoints with a new key, as somebody with the database would who has not the log's. */
  async signAgain(): Promise<void> {
    const old = this.key
    const { signer } = await generateSigner(this.origin)
    this.signers.splice(0, this.signers.length, signer)
    this.database.prepare('UPDATE audit SET event = replace(event, ?, ?)').run(old, this.key)
    const checkpoints = this.database.prepare('SELECT size, note FROM checkpoints').all()
    this.database.exec('DELETE FROM audit_tiles')
    const rows = this.rows('true')
    const sizes = checkpoints.map(({ size }) => Number(size))
    this.database.exec('DELETE FROM checkpoints')
    this.#log = EMPTY_LOG
    for (const size of sizes) {
      const read = leavesOf(rows.slice(Math.max(this.size - 1, 0), size), this.size, this.#log.lastLeaf)
      if (!read.ok) throw new Error(JSON.stringify(read.refusal))
      await this.#sign(read.leaves, [signer])
    }
  }
}

/** Events as a day of work leaves them: admitted, decided, run, answered; with words of people in every fourth line. */
export function workday(runs: number, random: () => number): TestEvent[] {
  const commands = ['deploy', 'restart', 'seed|filter|echo', 'pack:install']
  return Array.from({ length: runs }, (_, i): TestEvent[] => {
    const run = `r_${i.toString(32).replaceAll('i', 'w').replaceAll('l', 'x').replaceAll('o', 'y').replaceAll('u', 'z').padStart(16, '0')}`
    const command = commands[Math.floor(random() * commands.length)] ?? 'deploy'
    const user = `U${Math.floor(random() * 5)}`
    const line = `${command} web --note "${'é💥x'.repeat(Math.floor(random() * 4))}"`
    return [
      { code: 'run.admitted', user, details: { run, source: 'slack.command', channel: 'C1', line, command } },
      {
        code: 'policy.allowed',
        user,
        details: { run, command, args: { service: 'web', n: random() }, decision: 'allow' },
      },
      { code: 'run.running', details: { run, attempt: 1 } },
      { code: 'run.succeeded', user, details: { run, outcome: 'succeeded', latency_ms: Math.floor(random() * 4_000) } },
    ]
  }).flat()
}

/** A sequence that looks like chance, the same for a seed each time (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}
