/** A modal, and the choices for a field that is being typed, as Discord takes them. Pure. */
import { isRecord, type Json, type PawlRecord } from '../../../src/json.ts'
import { DISCORD } from '../limits.ts'
import { lengthOf, list, records, text } from '../wire.ts'
import { bounds, type Check, type FormProblem, tooMany } from './check.ts'

/** Components of a modal by Discord's numbers. */
export const PART = {
  row: 1,
  stringSelect: 3,
  textInput: 4,
  userSelect: 5,
  roleSelect: 6,
  mentionableSelect: 7,
  channelSelect: 8,
  text: 10,
  label: 18,
  file: 19,
  radio: 21,
  checkboxes: 22,
  checkbox: 23,
} as const

const SELECTS: readonly Json[] = [
  PART.stringSelect,
  PART.userSelect,
  PART.roleSelect,
  PART.mentionableSelect,
  PART.channelSelect,
]
const IN_LABEL: readonly Json[] = [...SELECTS, PART.textInput, PART.file, PART.radio, PART.checkboxes, PART.checkbox]

/** What is wrong with `data` of an answer of type 9; empty when nothing is. */
export function checkModal(data: PawlRecord): FormProblem[] {
  const problems: FormProblem[] = []
  const check = bounds(problems)
  check(data.title, DISCORD.modalTitle, ['title'], 1)
  check(data.custom_id, DISCORD.customId, ['custom_id'], 1)
  const parts = list(data, 'components') ?? []
  if (parts.length === 0) problems.push(wrong(['components'], 'Must be between 1 and 5 in length.'))
  tooMany(problems, parts.length, DISCORD.modalParts, ['components'])
  const ids = new Set<string>()
  parts.forEach((part, i) => {
    checkPart(isRecord(part) ? part : {}, ['components', String(i)], ids, problems, check)
  })
  return problems
}

function wrong(path: readonly string[], message: string): FormProblem {
  return { path, code: 'BASE_TYPE_BAD_VALUE', message }
}

function checkPart(part: PawlRecord, at: string[], ids: Set<string>, problems: FormProblem[], check: Check): void {
  switch (part.type) {
    case PART.text:
      check(part.content, DISCORD.inputText, [...at, 'content'], 1)
      return
    case PART.label: {
      check(part.label, DISCORD.modalLabel, [...at, 'label'], 1)
      check(part.description, DISCORD.modalHint, [...at, 'description'])
      const inner = isRecord(part.component) ? part.component : {}
      if (!IN_LABEL.includes(inner.type ?? null))
        return void problems.push(wrong([...at, 'component', 'type'], `A label holds none of type ${inner.type}`))
      if (inner.label !== undefined && inner.type === PART.textInput)
        problems.push(wrong([...at, 'component', 'label'], 'A text input in a label has no label of its own'))
      checkInput(inner, [...at, 'component'], ids, problems, check)
      return
    }
    case PART.row: {
      const inner = records(part.components)
      if (inner.length !== 1 || inner[0]?.type !== PART.textInput)
        return void problems.push(wrong([...at, 'components'], 'A row of a modal holds one text input'))
      check(inner[0].label, DISCORD.modalLabel, [...at, 'components', '0', 'label'], 1)
      checkInput(inner[0], [...at, 'components', '0'], ids, problems, check)
      return
    }
    default:
      problems.push(wrong([...at, 'type'], 'Value of field "type" must be one of (1, 10, 18).'))
  }
}

function checkInput(input: PawlRecord, at: string[], ids: Set<string>, problems: FormProblem[], check: Check): void {
  check(input.custom_id, DISCORD.customId, [...at, 'custom_id'], 1)
  const id = text(input, 'custom_id') ?? ''
  if (ids.has(id))
    problems.push({
      path: [...at, 'custom_id'],
      code: 'COMPONENT_CUSTOM_ID_DUPLICATED',
      message: 'Component custom id cannot be duplicated',
    })
  ids.add(id)
  if (input.type === PART.textInput) checkText(input, at, problems, check)
  if (SELECTS.includes(input.type ?? null)) checkSelect(input, at, problems, check)
  const options = records(input.options)
  if (input.type === PART.stringSelect) checkOptions(options, 1, DISCORD.selectOptions, at, problems, check)
  if (input.type === PART.radio) checkOptions(options, 2, DISCORD.groupOptions, at, problems, check)
  if (input.type === PART.checkboxes) checkOptions(options, 1, DISCORD.groupOptions, at, problems, check)
}

function checkText(input: PawlRecord, at: string[], problems: FormProblem[], check: Check): void {
  if (input.style !== 1 && input.style !== 2)
    problems.push(wrong([...at, 'style'], 'Value of field "style" must be one of (1, 2).'))
  const { min_length: min = 0, max_length: max = DISCORD.inputText } = input
  if (!(Number(min) >= 0 && Number(min) <= DISCORD.inputText))
    problems.push(wrong([...at, 'min_length'], `int value should be between 0 and ${DISCORD.inputText}.`))
  if (!(Number(max) >= 1 && Number(max) <= DISCORD.inputText))
    problems.push(wrong([...at, 'max_length'], `int value should be between 1 and ${DISCORD.inputText}.`))
  if (Number(min) > Number(max)) problems.push(wrong([...at, 'min_length'], 'Must not exceed max_length.'))
  check(input.value, Math.min(Number(max), DISCORD.inputText), [...at, 'value'])
  check(input.placeholder, DISCORD.inputPlaceholder, [...at, 'placeholder'])
}

function checkSelect(input: PawlRecord, at: string[], problems: FormProblem[], check: Check): void {
  check(input.placeholder, DISCORD.selectPlaceholder, [...at, 'placeholder'])
  if (input.disabled === true) problems.push(wrong([...at, 'disabled'], 'A select of a modal cannot be disabled'))
  const { min_values: min = 1, max_values: max = 1 } = input
  if (!(Number(min) >= 0 && Number(min) <= DISCORD.selectOptions))
    problems.push(wrong([...at, 'min_values'], `int value should be between 0 and ${DISCORD.selectOptions}.`))
  if (!(Number(max) >= 1 && Number(max) <= DISCORD.selectOptions))
    problems.push(wrong([...at, 'max_values'], `int value should be between 1 and ${DISCORD.selectOptions}.`))
  if (Number(min) > Number(max)) problems.push(wrong([...at, 'min_values'], 'Must not exceed max_values.'))
  tooMany(problems, (list(input, 'default_values') ?? []).length, Number(max), [...at, 'default_values'])
  if (input.type === PART.stringSelect && Number(max) > records(input.options).length)
    problems.push(wrong([...at, 'max_values'], 'Must not exceed the number of options.'))
}

function checkOptions(
  options: PawlRecord[],
  least: number,
  most: number,
  at: string[],
  problems: FormProblem[],
  check: Check,
): void {
  if (options.length < least || options.length > most)
    problems.push(wrong([...at, 'options'], `Must be between ${least} and ${most} in length.`))
  const values = new Set<string>()
  options.forEach((option, i) => {
    const place = [...at, 'options', String(i)]
    check(option.label, DISCORD.selectText, [...place, 'label'], 1)
    check(option.value, DISCORD.selectText, [...place, 'value'], 1)
    check(option.description, DISCORD.selectText, [...place, 'description'])
    const value = text(option, 'value') ?? ''
    if (values.has(value))
      problems.push({
        path: [...place, 'value'],
        code: 'SELECT_COMPONENT_OPTION_VALUE_DUPLICATED',
        message: 'The specified option value is already used',
      })
    values.add(value)
  })
}

/** What is wrong with the choices that an application offers for an option of this type. */
export function checkAutocomplete(data: PawlRecord, type: number): FormProblem[] {
  const problems: FormProblem[] = []
  const check = bounds(problems)
  const choices = list(data, 'choices')
  if (choices === undefined) return [wrong(['choices'], 'This field is required')]
  tooMany(problems, choices.length, DISCORD.choices, ['choices'])
  records(choices).forEach((choice, i) => {
    const at = ['choices', String(i)]
    check(choice.name, DISCORD.choiceName, [...at, 'name'], 1)
    const isText = typeof choice.value === 'string'
    if (isText ? type !== 3 : typeof choice.value !== 'number' || type === 3)
      problems.push(wrong([...at, 'value'], 'The value is not of the type of the option'))
    if (isText && lengthOf(String(choice.value)) > DISCORD.choiceName)
      problems.push(wrong([...at, 'value'], `Must be ${DISCORD.choiceName} or fewer in length.`))
  })
  return problems
}
