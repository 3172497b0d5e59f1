/** A modal's view as Slack's API accepts it. Pure. */
import { isRecord, type Json, type PawlRecord } from '../../../src/json.ts'
import { SLACK } from '../limits.ts'
import { records, text } from '../wire.ts'
import { checkBlocks } from './check.ts'
import { bound, checkText } from './check-elements.ts'

/** What is wrong with a view, in Slack's words; `view_too_large` alone where it is only that; empty when nothing is. */
export function checkView(view: PawlRecord): string[] {
  const problems = checkBlocks(view.blocks ?? null, SLACK.viewBlocks)
  if (view.type !== 'modal') problems.push('must be modal [json-pointer:/view/type]')
  const label = (value: Json | undefined, name: string) =>
    checkText(value, SLACK.viewTitle, `/view/${name}`, problems, 'plain_text')
  label(view.title, 'title')
  if (view.submit !== undefined) label(view.submit, 'submit')
  if (view.close !== undefined) label(view.close, 'close')
  if (view.submit === undefined && records(view.blocks).some((block) => text(block, 'type') === 'input'))
    problems.push('missing required field: submit, for the input blocks [json-pointer:/view]')
  bound(problems, text(view, 'private_metadata') ?? '', SLACK.privateMetadata, '/view/private_metadata')
  bound(problems, text(view, 'callback_id') ?? '', SLACK.id, '/view/callback_id')
  bound(problems, text(view, 'external_id') ?? '', SLACK.id, '/view/external_id')
  if (problems.length > 0) return problems
  const large = new TextEncoder().encode(JSON.stringify(view)).length > SLACK.viewBytes
  return large ? ['view_too_large'] : []
}

/** A view with the ids that Slack makes up where the application gave none. */
export function withIds(view: PawlRecord, fresh: () => string): PawlRecord {
  const element = (value: Json | undefined): Json =>
    isRecord(value) ? { ...value, action_id: text(value, 'action_id') ?? fresh() } : (value ?? null)
  const blocks = records(view.blocks).map((block) => ({
    ...block,
    block_id: text(block, 'block_id') ?? fresh(),
    ...(text(block, 'type') === 'input' && { element: element(block.element) }),
  }))
  return { ...view, blocks }
}
