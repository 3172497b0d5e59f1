/** Forms of every shape, for property tests: full Unicode, lengths and numbers of choices around the limits. Pure. */
import fc from 'fast-check'
import type { Field, FieldKind, Form } from '../form/form.ts'

const KINDS: readonly FieldKind[] = [
  'text',
  'lines',
  'secret',
  'choice',
  'boolean',
  'number',
  'user',
  'channel',
  'completed',
]

const word = fc.string({ unit: 'binary', maxLength: 20 })
const text = fc.oneof(
  word,
  fc.constantFrom('<!here>', '@everyone', '`x`', '\u202e', '\ud800', '', ' ', '\n'),
  fc.tuple(word, fc.integer({ min: 1, max: 400 })).map(([unit, times]) => unit.repeat(times)),
)
const choice = fc.oneof(
  { weight: 5, arbitrary: fc.stringMatching(/^[a-z0-9]{1,12}$/) },
  { weight: 1, arbitrary: fc.integer({ min: 70, max: 110 }).map((length) => 'c'.repeat(length)) },
  { weight: 1, arbitrary: text },
)
const value = fc.oneof(
  text,
  fc.boolean(),
  fc.array(text, { maxLength: 4 }),
  fc.constantFrom('U123', '123', 'true', '7'),
)

const field: fc.Arbitrary<Field> = fc
  .record(
    {
      name: fc.stringMatching(/^[a-z][a-z0-9-]{0,31}$/),
      label: text,
      hint: text,
      kind: fc.constantFrom(...KINDS),
      list: fc.boolean(),
      required: fc.boolean(),
      choices: fc.uniqueArray(choice, { maxLength: 120 }),
      value,
      min: fc.integer(),
      max: fc.integer(),
      whole: fc.constant(true as const),
      length: fc.integer({ min: 0, max: 10_000 }),
      problem: text,
    },
    { requiredKeys: ['name', 'label', 'hint', 'kind', 'list', 'required'] },
  )
  // Its own choices stand in it, too.
  .chain((one) =>
    one.choices && one.choices.length > 0
      ? fc
          .subarray([...one.choices])
          .map((chosen) => (one.value === undefined ? one : { ...one, value: one.list ? chosen : (chosen[0] ?? '') }))
      : fc.constant(one),
  )

/** Forms of at most so many fields. */
export function anyForm(fields: number): fc.Arbitrary<Form> {
  return fc.record({
    id: fc.stringMatching(/^f_[0-9a-hjkmnp-tv-z]{16}$/),
    title: text,
    intro: fc.option(text),
    step: fc.integer({ min: 1, max: 99 }),
    steps: fc.integer({ min: 1, max: 99 }),
    fields: fc.uniqueArray(field, { minLength: 1, maxLength: fields, selector: ({ name }) => name }),
    submit: text,
  })
}
