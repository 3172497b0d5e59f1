/** The elements of Block Kit as Slack's API accepts them: buttons, inputs, menus and their options. Pure. */
import { isRecord, type Json, type PawlRecord } from '../../../src/json.ts'
import { SLACK } from '../limits.ts'
import { lengthOf, list, text } from '../wire.ts'

/** Adds what is wrong with a block's element, in Slack's words and with its JSON pointer. */
export function checkElement(element: Json, at: string, problems: string[]): void {
  if (!isRecord(element)) return void problems.push(`must be an object [json-pointer:${at}]`)
  bound(problems, text(element, 'action_id') ?? 'generated', SLACK.id, `${at}/action_id`, 1)
  if (element.placeholder !== undefined)
    checkText(element.placeholder, SLACK.placeholder, `${at}/placeholder`, problems, 'plain_text')
  switch (text(element, 'type')) {
    case 'button': {
      checkText(element.text, SLACK.buttonText, `${at}/text`, problems, 'plain_text')
      bound(problems, text(element, 'value') ?? '', SLACK.buttonValue, `${at}/value`)
      bound(problems, text(element, 'url') ?? '', SLACK.url, `${at}/url`)
      const style = element.style
      if (style !== undefined && style !== 'primary' && style !== 'danger')
        problems.push(`must be one of primary, danger [json-pointer:${at}/style]`)
      return
    }
    case 'plain_text_input':
      checkTextInput(element, at, problems)
      return
    case 'number_input':
      if (typeof element.is_decimal_allowed !== 'boolean')
        problems.push(`missing required field: is_decimal_allowed [json-pointer:${at}]`)
      return
    case 'static_select':
    case 'multi_static_select':
      checkChoices(element, SLACK.selectOptions, at, problems)
      return
    case 'checkboxes':
    case 'radio_buttons':
      checkChoices(element, SLACK.tickOptions, at, problems)
      return
    case 'external_select':
    case 'multi_external_select':
      for (const [i, option] of initialOptions(element).entries())
        checkOption(option, `${at}/initial_option/${i}`, problems)
      return
    case 'overflow':
    case 'users_select':
    case 'multi_users_select':
    case 'channels_select':
    case 'multi_channels_select':
    case 'conversations_select':
    case 'multi_conversations_select':
    case 'datepicker':
    case 'timepicker':
    case 'datetimepicker':
    case 'email_text_input':
    case 'url_text_input':
    case 'image':
      return
    default:
      problems.push(`unsupported element type: ${String(element.type)} [json-pointer:${at}/type]`)
  }
}

function checkTextInput(element: PawlRecord, at: string, problems: string[]): void {
  const { min_length: min = 0, max_length: max = SLACK.inputText } = element
  const isWithin = (value: Json, least: number) => Number(value) >= least && Number(value) <= SLACK.inputText
  if (!isWithin(min, 0)) problems.push(`must be 0 to ${SLACK.inputText} [json-pointer:${at}/min_length]`)
  if (!isWithin(max, 1)) problems.push(`must be 1 to ${SLACK.inputText} [json-pointer:${at}/max_length]`)
  if (Number(min) > Number(max)) problems.push(`must not exceed max_length [json-pointer:${at}/min_length]`)
  bound(problems, text(element, 'initial_value') ?? '', Math.min(Number(max), SLACK.inputText), `${at}/initial_value`)
}

/** What a menu begins with, whether it takes one or several. */
export function initialOptions(element: PawlRecord): PawlRecord[] {
  const several = list(element, 'initial_options') ?? []
  return [element.initial_option ?? null, ...several].filter(isRecord)
}

/** The options of a menu, groups opened. */
export function optionsOf(element: PawlRecord): PawlRecord[] {
  const groups = (list(element, 'option_groups') ?? []).filter(isRecord)
  const grouped = groups.flatMap((group) => list(group, 'options') ?? [])
  return [...(list(element, 'options') ?? []), ...grouped].filter(isRecord)
}

function checkChoices(element: PawlRecord, most: number, at: string, problems: string[]): void {
  checkOptions(element, most, at, problems)
  const same = (a: PawlRecord, b: PawlRecord) =>
    a.value === b.value && JSON.stringify(a.text) === JSON.stringify(b.text)
  const options = optionsOf(element)
  if (!initialOptions(element).every((initial) => options.some((option) => same(initial, option))))
    problems.push(`initial_option is none of the options [json-pointer:${at}/initial_option]`)
}

/** Adds what is wrong with the options of a menu, or with those that an external one was answered. */
export function checkOptions(holder: PawlRecord, most: number, at: string, problems: string[], least = 1): void {
  const options = optionsOf(holder)
  if (options.length < least || options.length > most)
    problems.push(`${least} to ${most} items allowed [json-pointer:${at}/options]`)
  for (const [i, option] of options.entries()) checkOption(option, `${at}/options/${i}`, problems)
}

function checkOption(option: PawlRecord, at: string, problems: string[]): void {
  checkText(option.text, SLACK.optionText, `${at}/text`, problems)
  if (option.description !== undefined) checkText(option.description, SLACK.optionText, `${at}/description`, problems)
  bound(problems, text(option, 'value') ?? '', SLACK.optionValue, `${at}/value`, 1)
}

/** Adds what is wrong with a text object. */
export function checkText(
  object: Json | undefined,
  most: number,
  at: string,
  problems: string[],
  only?: 'plain_text',
): void {
  if (!isRecord(object)) return void problems.push(`missing required field: text [json-pointer:${at}]`)
  const type = text(object, 'type')
  if (type !== 'plain_text' && (only !== undefined || type !== 'mrkdwn'))
    problems.push(`must be ${only ?? 'plain_text or mrkdwn'} [json-pointer:${at}/type]`)
  bound(problems, text(object, 'text') ?? '', most, `${at}/text`, 1)
}

/** Adds a length out of bounds. */
export function bound(problems: string[], value: string, most: number, at: string, least = 0): void {
  const length = lengthOf(value)
  if (length > most) problems.push(`must be less than ${most + 1} characters [json-pointer:${at}]`)
  if (length < least) problems.push(`must be more than ${least - 1} characters [json-pointer:${at}]`)
}
