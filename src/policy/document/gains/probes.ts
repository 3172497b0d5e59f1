/** A bounded number of requests for one command that together touch what the rules of two policies look at. Pure. */
import type { Arguments, Command, PartlyChecked } from '../../../command/command.ts'
import type { Json } from '../../../json.ts'
import type { Policy } from '../../decide.ts'
import { type Place, UNKNOWN, type Unknown } from '../../request.ts'
import type { Test } from '../../tree.ts'
import { type PlaceChoice, placesOf, type RoomNames } from './places.ts'
import { type Choice, choicesOf } from './values.ts'

/** Requests tried for one command and one kind of people. */
export const PROBES_MAX = 200

/** What is asked, without who asks. */
export interface Question {
  readonly where: Place | Unknown
  readonly args: PartlyChecked
}

/** One request as a choice for each option and, last, a place. */
export type Probe = readonly number[]

export interface Probes {
  readonly all: readonly Probe[]
  questionOf(probe: Probe): Question
  /**
   * The probe in words, with no more than what matters: a choice is left out when every other one does as well.
   *
   * @example 'with env=prod in #ops'
   */
  describe(probe: Probe, holds: (other: Probe) => boolean): string
}

/** The probes of a command for the rules of both policies; `changedTexts` are the rules that one of them alone has. */
export function probesOf(
  command: Command,
  policies: readonly Policy[],
  changedTexts: ReadonlySet<string>,
  rooms: RoomNames,
): Probes {
  const rules = policies.flatMap((policy) => policy.rulesOf(command.key))
  // What only one of the policies asks comes first, so that it is tried in every combination.
  const [same, changed] = [false, true].map((is) => testsOf(rules.filter(({ text }) => changedTexts.has(text) === is)))
  const tests = [...(changed ?? []), ...(same ?? [])]
  const options = command.options.map((option) => choicesOf(command, option, tests))
  const places = placesOf(tests, rooms)
  const sizes = [...options, places].map(({ length }) => length)
  const needed = [
    ...command.options.map((option) => choicesOf(command, option, changed ?? [])),
    placesOf(changed ?? [], rooms),
  ].map(({ length }) => length)
  return {
    all: combinations(sizes, needed),
    questionOf: (probe) => questionOf(command, options, places, probe),
    describe(probe, holds) {
      const matters = (choice: number, i: number) =>
        Array.from({ length: sizes[i] ?? 0 }, (_, other) => probe.with(i, other)).some(
          (other) => other[i] !== choice && !holds(other),
        )
      const said = probe.map((choice, i) => (matters(choice, i) ? ((options[i] ?? places)[choice]?.shown ?? '') : ''))
      const where = said.pop() ?? ''
      const values = said.filter((text) => text !== '')
      return [values.length === 0 ? '' : `with ${values.join(' and ')}`, where].filter((text) => text !== '').join(' ')
    },
  }
}

type Tested = { readonly text: string; readonly tests: readonly { readonly test: Test }[] }

function testsOf(rules: readonly Tested[]): Test[] {
  return rules.flatMap(({ tests }) => tests.map(({ test }) => test))
}

/** All combinations; of too many, those of the first values of each, and others that are spread over all. */
function combinations(sizes: readonly number[], needed: readonly number[]): Probe[] {
  const total = productOf(sizes)
  if (total <= PROBES_MAX) return Array.from({ length: total }, (_, i) => combination(sizes, i))
  const half = PROBES_MAX / 2
  const first = shrunk(sizes, needed, half)
  const spread = (i: number) => Math.floor((total * (i + 0.5)) / half)
  return [
    ...Array.from({ length: productOf(first) }, (_, i) => combination(first, i)),
    ...Array.from({ length: half }, (_, i) => combination(sizes, spread(i))),
  ]
}

/** Sizes with a product of at most `limit`: what is not needed goes first, where there is most of it. */
function shrunk(sizes: readonly number[], needed: readonly number[], limit: number): number[] {
  const left = [...sizes]
  while (productOf(left) > limit) {
    const spare = left.map((size, i) => size - Math.min(size, needed[i] ?? 1))
    const from = Math.max(...spare) > 0 ? spare : left
    const most = from.indexOf(Math.max(...from))
    left[most] = (left[most] ?? 1) - 1
  }
  return left
}

function combination(sizes: readonly number[], index: number): Probe {
  let rest = index
  return sizes.map((size) => {
    const choice = rest % size
    rest = Math.floor(rest / size)
    return choice
  })
}

function productOf(sizes: readonly number[]): number {
  return sizes.reduce((product, size) => product * size, 1)
}

function questionOf(
  { options }: Command,
  choices: readonly (readonly Choice[])[],
  places: readonly PlaceChoice[],
  probe: Probe,
): Question {
  const args: Record<string, Json | undefined> = Object.create(null)
  const unknown = new Set<string>()
  for (const [i, { name }] of options.entries()) {
    const value = choices[i]?.[probe[i] ?? 0]?.value
    if (value === UNKNOWN) unknown.add(name)
    else args[name] = value
  }
  return {
    where: places[probe[options.length] ?? 0]?.value ?? UNKNOWN,
    args: { args: args satisfies Arguments, unknown },
  }
}
