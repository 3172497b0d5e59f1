/**
 * The modals that people have open at the pretend Slack: views.open, views.push, views.update, and what a submission's answer makes
 * of them. A trigger opens one view, once, within 3 s.
 */
import { isRecord, type PawlRecord } from '../../../src/json.ts'
import type { Desk } from '../desk.ts'
import type { Form } from '../form.ts'
import { SLACK } from '../limits.ts'
import { text } from '../wire.ts'
import { SLACK_TEAM } from '../world.ts'
import { checkView, withIds } from './check-view.ts'
import { formOfView } from './form.ts'
import { refusal } from './messages.ts'
import type { Method } from './methods.ts'
import type { SlackState, View } from './state.ts'

/** Where a new view stands and who has it in front of them. */
type Place = Pick<View, 'person' | 'room'> & { readonly id?: string; readonly below: View | null }

/** Puts a view on its person's screen, as the delivery `by` made it; one with an id takes the place of the one that has it. */
export function showView(desk: Desk, state: SlackState, place: Place, given: PawlRecord, by: string): PawlRecord {
  const { clock, ids, forms } = desk
  const { person, room, below } = place
  const id = place.id ?? `V${ids.token().slice(0, 10).toUpperCase()}`
  const old = state.views.get(id)
  const root = old?.root ?? below?.root ?? id
  const previous = old ? old.previous : (below?.id ?? null)
  const json: PawlRecord = {
    private_metadata: '',
    callback_id: '',
    external_id: '',
    clear_on_close: false,
    notify_on_close: false,
    close: null,
    submit: null,
    ...withIds(given, () => ids.token().slice(0, 5)),
    id,
    team_id: SLACK_TEAM.id,
    app_id: SLACK_TEAM.appId,
    app_installed_team_id: SLACK_TEAM.id,
    bot_id: SLACK_TEAM.botId,
    hash: `${clock.now()}.${ids.token().slice(0, 8)}`,
    previous_view_id: previous,
    root_view_id: root,
  }
  const form = formOfView({ id, person, room, json }, old?.form ?? null)
  state.views.set(id, { id, root, previous, person, room, json, form })
  // An update of a view below the top changes nothing on the screen.
  if (!old || forms.of('slack', person)?.id === id) forms.show(form, by)
  return json
}

/** Takes the view in front away, showing the one below; all of them with `all`. */
export function closeView({ forms }: Desk, state: SlackState, form: Form, by: string, all: boolean): void {
  forms.close(form)
  let top = state.views.get(form.id)
  do {
    if (top) state.views.delete(top.id)
    top = state.views.get(top?.previous ?? '')
  } while (all && top)
  if (top) forms.show(top.form, by)
}

/** What is wrong with a view: the refusal, and a violation; null when nothing is. */
export function wrongView({ violations }: Desk, view: unknown, where: string): PawlRecord | null {
  const problems = isRecord(view) ? checkView(view) : ['must be an object [json-pointer:/view]']
  if (problems.length === 0) return null
  violations.add('slack', where, problems.join('; '))
  return problems[0] === 'view_too_large'
    ? refusal('view_too_large')
    : refusal('invalid_arguments', { response_metadata: { messages: problems.map((it) => `[ERROR] ${it}`) } })
}

/** How many views stand on top of each other up to this one. */
export function depthOf(state: SlackState, view: View): number {
  const below = view.previous === null ? undefined : state.views.get(view.previous)
  return below ? 1 + depthOf(state, below) : 1
}

export function createViewMethods(desk: Desk, state: SlackState): [string, Method][] {
  const { clock, speed, violations, forms } = desk
  const openView: Method = (args, { method }) => {
    const id = text(args, 'trigger_id') ?? ''
    const trigger = state.triggers.get(id)
    const broke = (error: string) => {
      violations.add('slack', method, error)
      return refusal(error)
    }
    if (!trigger) return broke('invalid_trigger_id')
    if (trigger.used) return broke('exchanged_trigger_id')
    // Like the first answer: the wall's seconds, however fast the clock runs.
    if (clock.now() - trigger.createdAt > SLACK.triggerMs * speed) return refusal('expired_trigger_id')
    const wrong = wrongView(desk, args.view, method)
    if (wrong) return wrong
    const top = forms.of('slack', trigger.person)
    const below = method === 'views.push' ? (state.views.get(top?.id ?? '') ?? null) : null
    if (method === 'views.push' && (!below || depthOf(state, below) >= SLACK.viewStack))
      return broke('push_limit_reached')
    trigger.used = true
    return { ok: true, view: showView(desk, state, { ...trigger, below }, args.view as PawlRecord, id) }
  }
  const updateView: Method = (args, { method }) => {
    const known = state.views.get(text(args, 'view_id') ?? '')
    if (!known) return refusal('not_found')
    if (args.hash !== undefined && args.hash !== known.json.hash) return refusal('hash_conflict')
    const wrong = wrongView(desk, args.view, method)
    if (wrong) return wrong
    return { ok: true, view: showView(desk, state, { ...known, below: null }, args.view as PawlRecord, known.id) }
  }
  return [
    ['views.open', openView],
    ['views.push', openView],
    ['views.update', updateView],
  ]
}
