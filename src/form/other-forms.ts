/** Forms that are not one command's: a line on a message, and the choice of a command. Pure. */
import { type Draft, problemOf, typedIn } from './draft.ts'
import type { Field, Form } from './form.ts'

/** The one field of a form for a line. */
export const LINE_FIELD = 'line'
/** The one field of a form in which a command is picked. */
export const COMMAND_FIELD = 'command'

/** Asks for the line that gets a message as its first record. */
export function lineForm(id: string, draft: Draft): Form {
  return single(id, draft, {
    title: 'Run with Pawl',
    intro: 'The message is the first record of the line: $text, $user and $channel are in it.',
    submit: 'Run',
    field: {
      name: LINE_FIELD,
      label: 'line',
      hint: "A command line, as in: echo $text | filter 'value matches /error/'",
      kind: 'lines',
    },
  })
}

/** Asks for the command to run. */
export function pickForm(id: string, draft: Draft): Form {
  return single(id, draft, {
    title: 'Run a command',
    intro: null,
    submit: 'Next',
    field: {
      name: COMMAND_FIELD,
      label: 'command',
      hint: 'Type a part of its name',
      kind: 'completed',
    },
  })
}

interface Single extends Pick<Form, 'title' | 'intro' | 'submit'> {
  readonly field: Pick<Field, 'name' | 'label' | 'hint' | 'kind'>
}

function single(id: string, draft: Draft, { field, ...rest }: Single): Form {
  const value = typedIn(draft, field.name)
  const problem = problemOf(draft, field.name)
  const filled = {
    ...field,
    list: false,
    required: true,
    ...(value !== undefined && value !== '' && { value }),
    ...(problem !== undefined && { problem }),
  }
  return { id, ...rest, step: 1, steps: 1, fields: [filled] }
}
