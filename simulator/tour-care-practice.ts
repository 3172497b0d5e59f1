/** The tour of care, its last parts: practice, dry runs and plans; commands on a message, and Slack's global shortcut. Pure. */
import type { Step } from './tour.ts'

const both = { on: 'both' } as const

export const PRACTICE_STEPS: readonly Step[] = [
  {
    ...both,
    caption: 'In #training everything is practice',
    as: 'ada',
    says: {
      slack: '/pawl room set #training --practice',
      discord: '/pawl run:room set #training --practice',
    },
    expect: /Practice: yes/,
  },
  {
    ...both,
    caption: 'Real commands and real rules, and nothing is changed',
    as: 'grace',
    in: '#training',
    says: '/deploy web prod',
    expect: /Practice: nothing was changed[\s\S]*would_call/,
  },
  {
    ...both,
    caption: 'A dry run does the same anywhere',
    as: 'grace',
    says: { slack: '/deploy web prod --dry-run', discord: '/deploy web prod dry-run:true' },
    expect: /nothing was changed[\s\S]*would_call/,
  },
  {
    ...both,
    caption: 'A plan tells what a line would need',
    as: 'grace',
    says: { slack: '/pawl plan deploy web prod', discord: '/plan line:deploy web prod' },
    expect: /after approval by 1 with deploy:approve/,
    privateTo: 'grace',
  },
]

export const SHORTCUT_STEPS: readonly Step[] = [
  {
    ...both,
    caption: 'Somebody says something …',
    as: 'linus',
    says: 'error: disk full on web-3',
    expect: /disk full/,
  },
  {
    ...both,
    caption: '… and its menu runs a command on it: the message is the first record',
    as: 'grace',
    uses: /disk full/,
    fills: { line: 'echo "seen: $text"' },
    expect: /seen: error: disk full on web-3/,
  },
  {
    on: 'slack',
    caption: "Slack's global shortcut picks a command",
    as: 'grace',
    in: 'dm',
    uses: 'menu',
    fills: { command: 'whoami' },
    expect: /grace/,
  },
]
