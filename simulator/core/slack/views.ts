/** views.open, views.push and views.update: a trigger opens one view, once, within 3 s. */
import { isRecord, type PawlRecord } from '../../../src/json.ts'
import type { Desk } from '../desk.ts'
import { SLACK } from '../limits.ts'
import { lengthOf, text } from '../wire.ts'
import { SLACK_TEAM } from '../world.ts'
import { checkBlocks } from './check.ts'
import { refusal } from './messages.ts'
import type { Method } from './methods.ts'
import type { SlackState } from './state.ts'

export function createViewMethods({ clock, ids, violations }: Desk, state: SlackState): [string, Method][] {
  const openView: Method = (args, { method }) => {
    const id = text(args, 'trigger_id') ?? ''
    const trigger = state.triggers.get(id)
    if (!trigger) return refusal('invalid_trigger_id')
    if (trigger.used) return refusal('exchanged_trigger_id')
    if (clock.now() - trigger.createdAt > SLACK.triggerMs) return refusal('expired_trigger_id')
    const wrong = wrongView(args, method)
    if (wrong) return wrong
    trigger.used = true
    return storeView(`V${ids.token().slice(0, 10).toUpperCase()}`, args.view as PawlRecord)
  }
  const wrongView = (args: PawlRecord, method: string): PawlRecord | null => {
    const view = args.view
    if (!isRecord(view)) return refusal('invalid_arguments')
    const problems = checkBlocks(view.blocks, SLACK.viewBlocks)
    const title = isRecord(view.title) ? (text(view.title, 'text') ?? '') : ''
    if (lengthOf(title) > SLACK.viewTitle)
      problems.push(`must be less than ${SLACK.viewTitle + 1} characters [json-pointer:/view/title]`)
    if (lengthOf(text(view, 'private_metadata') ?? '') > SLACK.privateMetadata)
      problems.push(`must be less than ${SLACK.privateMetadata + 1} characters [json-pointer:/view/private_metadata]`)
    const large = new TextEncoder().encode(JSON.stringify(view)).length > SLACK.viewBytes
    if (problems.length === 0 && !large) return null
    violations.add('slack', method, large ? 'view_too_large' : problems.join('; '))
    return large
      ? refusal('view_too_large')
      : refusal('invalid_arguments', { response_metadata: { messages: problems } })
  }
  const storeView = (id: string, view: PawlRecord): PawlRecord => {
    const stored = {
      ...view,
      id,
      team_id: SLACK_TEAM.id,
      app_id: SLACK_TEAM.appId,
      hash: `${clock.now()}.${ids.token().slice(0, 8)}`,
    }
    state.views.set(id, stored)
    return { ok: true, view: stored }
  }

  const updateView: Method = (args, { method }) => {
    const id = text(args, 'view_id') ?? ''
    const known = state.views.get(id)
    if (!known) return refusal('not_found')
    if (args.hash !== undefined && args.hash !== known.hash) return refusal('hash_conflict')
    return wrongView(args, method) ?? storeView(id, args.view as PawlRecord)
  }
  return [
    ['views.open', openView],
    ['views.push', openView],
    ['views.update', updateView],
  ]
}
