/**
 * What a condition comes to: true, false, not known yet (it depends on a record), or an error (a value of another type). Pure.
 *
 * The parts of an `and` or `or` are combined so that their order never matters, and so that an error counts only where it
 * decides: `false and error` is false whatever the broken part would have said.
 */
export type Outcome = 'true' | 'false' | 'unknown' | 'error'

/** `false` decides; then what is unknown; then an error; else true. True of nothing. */
export function both(outcomes: Iterable<Outcome>): Outcome {
  return combine(outcomes, 'false', 'true')
}

/** `true` decides; then what is unknown; then an error; else false. False of nothing. */
export function either(outcomes: Iterable<Outcome>): Outcome {
  return combine(outcomes, 'true', 'false')
}

export function negate(outcome: Outcome): Outcome {
  return outcome === 'true' ? 'false' : outcome === 'false' ? 'true' : outcome
}

export function outcomeOf(holds: boolean): Outcome {
  return holds ? 'true' : 'false'
}

function combine(outcomes: Iterable<Outcome>, deciding: 'true' | 'false', otherwise: 'true' | 'false'): Outcome {
  let result: Outcome = otherwise
  for (const outcome of outcomes) {
    if (outcome === deciding) return deciding
    if (outcome === 'unknown' || (outcome === 'error' && result !== 'unknown')) result = outcome
  }
  return result
}
