/** Block Kit as Slack's API accepts it: every documented bound, with the place of what is wrong. Pure. */
import { isRecord, type Json, type PawlRecord } from '../../../src/json.ts'
import { SLACK } from '../limits.ts'
import { lengthOf, list, text } from '../wire.ts'
import { bound, checkElement, checkText } from './check-elements.ts'

/** What is wrong, in Slack's words and with its JSON pointer; empty when nothing is. */
export function checkBlocks(blocks: Json | undefined, most: number = SLACK.messageBlocks): string[] {
  if (blocks === undefined) return []
  if (!Array.isArray(blocks)) return ['must be an array [json-pointer:/blocks]']
  const problems: string[] = []
  if (blocks.length > most) problems.push(`no more than ${most} items allowed [json-pointer:/blocks]`)
  const ids = new Set<string>()
  let markdown = 0
  for (const [i, block] of blocks.entries()) {
    const at = `/blocks/${i}`
    if (!isRecord(block)) {
      problems.push(`must be an object [json-pointer:${at}]`)
      continue
    }
    const id = text(block, 'block_id')
    if (id !== undefined) {
      if (ids.has(id)) problems.push(`block_id must be unique [json-pointer:${at}/block_id]`)
      ids.add(id)
      bound(problems, id, SLACK.id, `${at}/block_id`)
    }
    if (text(block, 'type') === 'markdown') markdown += lengthOf(text(block, 'text') ?? '')
    checkBlock(block, at, problems)
  }
  if (markdown > SLACK.markdownText)
    problems.push(`must be less than ${SLACK.markdownText + 1} characters in all [json-pointer:/blocks]`)
  return problems
}

function checkBlock(block: PawlRecord, at: string, problems: string[]): void {
  switch (text(block, 'type')) {
    case 'section': {
      const fields = list(block, 'fields')
      if (block.text === undefined && fields === undefined)
        problems.push(`missing required field: text [json-pointer:${at}]`)
      if (block.text !== undefined) checkText(block.text, SLACK.sectionText, `${at}/text`, problems)
      if (fields !== undefined) {
        if (fields.length === 0 || fields.length > SLACK.sectionFields)
          problems.push(`1 to ${SLACK.sectionFields} items allowed [json-pointer:${at}/fields]`)
        fields.forEach((field, i) => {
          checkText(field, SLACK.fieldText, `${at}/fields/${i}`, problems)
        })
      }
      if (block.accessory !== undefined) checkElement(block.accessory, `${at}/accessory`, problems)
      return
    }
    case 'header':
      checkText(block.text, SLACK.headerText, `${at}/text`, problems, 'plain_text')
      return
    case 'context':
    case 'actions': {
      const isContext = text(block, 'type') === 'context'
      const most = isContext ? SLACK.contextElements : SLACK.actionsElements
      const elements = list(block, 'elements')
      if (elements === undefined || elements.length === 0 || elements.length > most)
        problems.push(`1 to ${most} items allowed [json-pointer:${at}/elements]`)
      const ids = new Set<string>()
      for (const [i, element] of (elements ?? []).entries()) {
        const place = `${at}/elements/${i}`
        if (isContext) {
          if (!isRecord(element) || text(element, 'type') !== 'image')
            checkText(element, SLACK.sectionText, place, problems)
          continue
        }
        checkElement(element, place, problems)
        const id = isRecord(element) ? text(element, 'action_id') : undefined
        if (id !== undefined && ids.has(id)) problems.push(`action_id must be unique [json-pointer:${place}/action_id]`)
        if (id !== undefined) ids.add(id)
      }
      return
    }
    case 'image':
      bound(problems, text(block, 'image_url') ?? '', SLACK.url, `${at}/image_url`, 1)
      bound(problems, text(block, 'alt_text') ?? '', SLACK.imageAlt, `${at}/alt_text`, 1)
      return
    case 'markdown':
      bound(problems, text(block, 'text') ?? '', SLACK.markdownText, `${at}/text`, 1)
      return
    case 'input':
      checkInput(block, at, problems)
      return
    case 'divider':
    case 'rich_text':
    case 'table':
      return
    default:
      problems.push(`unsupported block type: ${String(block.type)} [json-pointer:${at}/type]`)
  }
}

function checkInput(block: PawlRecord, at: string, problems: string[]): void {
  checkText(block.label, SLACK.inputLabel, `${at}/label`, problems, 'plain_text')
  if (block.hint !== undefined) checkText(block.hint, SLACK.inputHint, `${at}/hint`, problems, 'plain_text')
  if (!isRecord(block.element)) return void problems.push(`missing required field: element [json-pointer:${at}]`)
  if (['button', 'overflow', 'image'].includes(text(block.element, 'type') ?? ''))
    return void problems.push(`unsupported element type in an input [json-pointer:${at}/element/type]`)
  checkElement(block.element, `${at}/element`, problems)
}
