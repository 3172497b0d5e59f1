/** Whether those who decide about a line, or look at it afterwards, can be shown all of it. Pure. */
import type { RunnablePlan } from '../engine/plan.ts'
import { goesTo } from './goes-to.ts'
import { isTooLong, shownParts } from './shown.ts'

/** Slack shows each as a name, which takes some 150 characters of the 12,000 that its message holds; all else takes a half. */
const NAMES_MAX = 30

/** What is shown as the name of a room or a person. */
const NAME = /[#@]\w{8,20}/g

/** True where a part would be left out: the arguments are too long, or they name too many rooms and people. */
export function isMoreThanShown(plan: RunnablePlan): boolean {
  const texts = [plan.line, plan.because ?? '', ...[...shownParts(plan), ...goesTo(plan)].map(({ text }) => text)]
  return isTooLong(plan) || texts.reduce((sum, text) => sum + (text.match(NAME)?.length ?? 0), 0) > NAMES_MAX
}
