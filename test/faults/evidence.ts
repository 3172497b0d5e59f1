/**
 * Collects what is known of some runs after an experiment: the rows of D1, the log of the pretend service, what the people saw.
 * Network: the worker's hatch.
 */
import { looksPending, type PlatformName, type Simulator } from '../../simulator/index.ts'
import { isOfRun } from '../../src/db/audit-run.ts'
import type { LoggedChange, LoggedEffect } from './control.ts'
import type { Asked, FaultHouse, Row } from './house.ts'

/** One delivery and what its person got. */
export interface Told {
  readonly run: string
  readonly line: string
  /** True when the platform itself told the person that no answer came. */
  readonly failed: boolean
  /** The platform may have taken a word about it whose place it told nobody in time. */
  readonly unheard: boolean
  /** The platform refuses for good what is said to it. */
  readonly refused: boolean
  /** How many further last words there may be, as the experiment says why. */
  readonly again: number
  /** Words that end it, where it was asked or in the person's own conversation: their texts. */
  readonly finals: readonly string[]
  /** How many words say that more will come. */
  readonly interims: number
  /** The rooms that a redirect brought it to, as `#name`, one for each message. */
  readonly copies: readonly string[]
}

export interface Evidence {
  /** The worker was killed on the way. */
  readonly killed: boolean
  readonly told: readonly Told[]
  readonly runs: readonly Row[]
  /** In order. */
  readonly audit: readonly { readonly run: string; readonly code: string; readonly event: Row }[]
  readonly outbox: readonly Row[]
  /** Runs of which the house does not find each line of the log (`src/db/audit-run.ts`). */
  readonly unfound: readonly string[]
  /** Runs in D1 that nobody has asked for. */
  readonly strays: readonly string[]
  readonly effects: readonly LoggedEffect[]
  readonly changes: readonly LoggedChange[]
  /** Rules of the platforms that were broken. */
  readonly rules: readonly string[]
}

/** What an experiment allows, each for its reason (docs/promises.md). */
export interface Allowed {
  readonly killed: boolean
  /** The platform that may have taken words without saying so in time. */
  readonly unheard: PlatformName | null
  /** The platform that refuses for good what is said to it. */
  readonly refuses?: PlatformName | null
  /** Where, and how often, a last word may stand once more. */
  readonly repeats?: { readonly on: PlatformName; readonly times: number } | null
}

/** Everything that is known of these runs. */
export async function collect(
  house: FaultHouse,
  asked: readonly Asked[],
  { killed, unheard, refuses = null, repeats = null }: Allowed,
): Promise<Evidence> {
  const mine = new Set(asked.map(({ run }) => run))
  const ids = JSON.stringify([...mine])
  const known = JSON.stringify(house.asked.map(({ run }) => run))
  const IN = 'IN (SELECT value FROM json_each(?))'
  const audit = await house.sql(`SELECT run, code, event FROM audit WHERE run ${IN} ORDER BY seq`, ids)
  const found = await house.sql(
    `SELECT e.value AS run, (SELECT count(*) FROM audit WHERE ${isOfRun('e.value')}) AS lines FROM json_each(?) e`,
    ids,
  )
  const elsewhere = wordsElsewhere(house.simulator)
  return {
    killed,
    told: asked.map((one) => ({
      ...toldOf(one, elsewhere.get(one.run) ?? []),
      unheard: one.platform === unheard,
      refused: one.platform === refuses,
      again: one.platform === repeats?.on ? repeats.times : 0,
    })),
    runs: await house.sql(`SELECT * FROM runs WHERE id ${IN}`, ids),
    audit: audit.map(({ run, code, event }) => ({
      run: String(run),
      code: String(code),
      event: JSON.parse(String(event)) as Row,
    })),
    outbox: await house.sql(`SELECT run, target, label, state, reason, created_at FROM outbox WHERE run ${IN}`, ids),
    unfound: found.flatMap(({ run, lines }) =>
      audit.filter((line) => line.run === run).length === lines ? [] : [String(run)],
    ),
    strays: (await house.sql(`SELECT id FROM runs WHERE NOT id ${IN}`, known)).map(({ id }) => String(id)),
    effects: house.control.effects.filter(({ run }) => mine.has(run)),
    changes: house.control.changes.filter(({ run }) => mine.has(run)),
    rules: house.simulator.violations.map(({ platform, where, what }) => `${platform} ${where}: ${what}`),
  }
}

interface Word {
  readonly room: string
  readonly text: string
}

function toldOf({ run, line, exchange }: Asked, elsewhere: readonly Word[]) {
  const shown = (exchange?.messages() ?? []).filter(({ thinking }) => !thinking)
  const finals = shown.filter((message) => !looksPending(message))
  const direct = elsewhere.filter(({ room }) => room.startsWith('dm:'))
  return {
    run,
    line,
    failed: exchange?.failure !== null,
    finals: [...finals, ...direct].map(({ text }) => text),
    interims: shown.length - finals.length,
    copies: elsewhere.filter((word) => !direct.includes(word)).map(({ room }) => `#${room}`),
  }
}

const RUN = /r_[0-9a-hjkmnp-tv-z]{16}/g

/**
 * Last words that stand in other rooms than the one where their run was asked, by run: Pawl names the run at the end. A private answer
 * that no response can carry goes to the person's own conversation.
 */
function wordsElsewhere(simulator: Simulator): Map<string, Word[]> {
  const standing = new Map(
    simulator
      .timeline()
      .filter(({ by, messageId }) => by === 'pawl' && messageId !== null)
      .map((entry) => [`${entry.platform}:${entry.messageId}`, entry]),
  )
  const words = new Map<string, Word[]>()
  for (const { kind, room, text, delivery } of standing.values()) {
    const run = text.match(RUN)?.at(-1)
    if (delivery !== null || kind === 'delete' || run === undefined || looksPending({ text, thinking: false })) continue
    words.set(run, [...(words.get(run) ?? []), { room, text }])
  }
  return words
}
