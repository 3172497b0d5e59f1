/** The same in jq, as a process, from file to file. Processes and a temporary folder. */
import { spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Jq {
  readonly version: string
  /** Writes the input of `run`; returns its name. */
  input(texts: readonly string[]): string
  /** Milliseconds from the start of the process to its end. */
  run(filter: string, input: string): number
  /** What the last run gave, a JSON text for each text of its input. */
  output(): string[]
  stop(): void
}

/** @throws when there is no jq */
export function openJq(): Jq {
  const folder = mkdtempSync(join(tmpdir(), 'pawl-jq-'))
  const outFile = join(folder, 'out')
  let inputs = 0
  const version = spawnSync('jq', ['--version'], { encoding: 'utf8' })
  if (version.error || version.status !== 0) throw new Error('jq is not installed: apt-get install jq')
  return {
    version: version.stdout.trim(),
    input(texts) {
      inputs += 1
      const file = join(folder, `in-${inputs}`)
      writeFileSync(file, texts.join('\n'))
      return file
    },
    run(filter, input) {
      const out = openSync(outFile, 'w')
      const start = performance.now()
      const { status, stderr } = spawnSync('jq', ['-c', filter, input], { stdio: ['ignore', out, 'pipe'] })
      const ms = performance.now() - start
      closeSync(out)
      if (status !== 0) throw new Error(`jq ended with ${status}: ${stderr}`)
      return ms
    },
    output: () =>
      readFileSync(outFile, 'utf8')
        .split('\n')
        .filter((line) => line !== ''),
    stop: () => rmSync(folder, { recursive: true, force: true }),
  }
}
