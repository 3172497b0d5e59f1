/**
 * What `npm start -- --tour care` plays, on both platforms: everything that is asked of people before something dangerous runs. Pure.
 */
import type { Step } from './tour.ts'
import { APPROVAL_STEPS, PEOPLE_STEPS } from './tour-care-approval.ts'
import { CONFIRMATION_STEPS } from './tour-care-confirmation.ts'
import { EMERGENCY_STEPS } from './tour-care-emergency.ts'
import { PRACTICE_STEPS, SHORTCUT_STEPS } from './tour-care-practice.ts'

export const CARE_TOUR: readonly Step[] = [
  ...PEOPLE_STEPS,
  ...APPROVAL_STEPS,
  ...CONFIRMATION_STEPS,
  ...EMERGENCY_STEPS,
  ...PRACTICE_STEPS,
  ...SHORTCUT_STEPS,
  {
    on: 'both',
    caption: 'All of it is in the log',
    as: 'ada',
    says: { slack: '/pawl run show {run:glass}', discord: '/run show run:{run:glass}' },
    expect: /glass\.broken[\s\S]*review\.closed/,
    privateTo: 'ada',
  },
]
