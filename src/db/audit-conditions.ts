/** Which lines of the log a filter leaves, as conditions in SQL: one meaning in chat and on the command line. Pure. */
import type { LineFilter } from '../audit/filter.ts'

export interface LinesAsked {
  readonly filter: LineFilter
  /** What these accounts (`slack:T1:U1`) did, and their own runs; null for everybody's. */
  readonly accounts: readonly string[] | null
  /** All must be in the event, whatever their case. */
  readonly words: readonly string[]
}

/** Gives what stands for a value in the statement: a parameter, or a literal. */
export type PutValue = (value: string | number) => string

/** Conditions over the table `audit`, all of which must hold; none where all lines are asked for. */
export function lineConditions({ filter, accounts, words }: LinesAsked, put: PutValue): string[] {
  const { run, code, outcome, command, since, until } = filter
  return [
    ...(run === undefined ? [] : [`run = ${put(run)}`]),
    ...(since === undefined ? [] : [`at >= ${put(since)}`]),
    ...(until === undefined ? [] : [`at < ${put(until)}`]),
    ...(code === undefined ? [] : [codeCondition(code, put)]),
    ...(outcome === undefined ? [] : [`substr(code, instr(code, '.') + 1) = ${put(outcome)}`]),
    ...(command === undefined ? [] : [commandCondition(put(command))]),
    ...(accounts === null ? [] : [accountsCondition(put(JSON.stringify(accounts)))]),
    ...words.map((word) => `instr(lower(event || coalesce(personal, '')), lower(${put(asInJson(word))})) > 0`),
  ]
}

function codeCondition(code: string, put: PutValue): string {
  return code.endsWith('.') ? `substr(code, 1, ${put(code.length)}) = ${put(code)}` : `code = ${put(code)}`
}

/** The lines of runs with the command go along. The stages of a pipeline stand with | between them. */
function commandCondition(command: string): string {
  const isStage = (column: string) => `instr('|' || ${column} || '|', '|' || ${command} || '|') > 0`
  return `(${isStage("(event ->> 'command')")}
      OR EXISTS (SELECT 1 FROM runs r WHERE r.id = audit.run AND ${isStage('r.command')}))`
}

/** What others did to their runs goes along. */
function accountsCondition(keys: string): string {
  const isOne = (platform: string, workspace: string, id: string) =>
    `${platform} || ':' || ${workspace} || ':' || ${id} IN (SELECT value FROM json_each(${keys}))`
  return `(${isOne("(event ->> 'platform')", "(event ->> 'workspace')", "(event ->> 'actor')")}
      OR EXISTS (SELECT 1 FROM runs r WHERE r.id = audit.run AND ${isOne('r.platform', 'r.workspace', 'r.actor')}))`
}

/** A word as it stands in JSON text, where quotation marks and backslashes have a backslash before them. */
function asInJson(word: string): string {
  return JSON.stringify(word).slice(1, -1)
}
