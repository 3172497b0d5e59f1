/** The tour of care, its third part: a freeze, the glass that is broken in it, and the review of that. Pure. */
import type { Step } from './tour.ts'

const slack = { on: 'slack' } as const
const discord = { on: 'discord' } as const
const both = { on: 'both' } as const

export const EMERGENCY_STEPS: readonly Step[] = [
  {
    ...slack,
    caption: 'ada freezes production: one freeze for both platforms',
    as: 'ada',
    says: `/pawl freeze start #release --until 2h --where 'option[env] == "prod"'`,
    expect: /Frozen by .* until .*release/,
  },
  {
    ...both,
    caption: 'Nothing goes there now, and everybody is told why and until when',
    as: 'grace',
    says: '/deploy web prod',
    expect: /frozen .*until .*release/,
    privateTo: 'grace',
  },
  {
    ...both,
    caption: 'Help says so as well',
    as: 'grace',
    says: { slack: '/pawl help deploy', discord: '/help deploy' },
    expect: /Frozen/,
  },
  {
    ...both,
    caption: 'In an emergency grace breaks the glass: without approval and freeze, this once',
    as: 'grace',
    says: {
      slack: `/pawl break-glass 'checkout is down for all' deploy web prod`,
      discord: '/break-glass reason:"orders are lost in the queue" line:deploy api prod',
    },
    keep: 'glass',
    await: 'words',
    expect: /Deployed .*prod/,
  },
  {
    ...slack,
    caption: 'The security room is told, loudly …',
    as: 'linus',
    in: '#security',
    looks: 'room',
    expect: /Glass broken[\s\S]*checkout is down[\s\S]*approval by 1 with deploy:approve, freeze/,
  },
  {
    ...slack,
    caption: '… of what was done on Discord, too: it is one room for all',
    as: 'linus',
    in: '#security',
    looks: 'room',
    expect: /Glass broken[\s\S]*orders are lost[\s\S]*approval by 1 with deploy:approve, freeze/,
  },
  {
    ...both,
    caption: 'Nobody closes the review of their own glass, from whatever account',
    as: 'grace',
    says: {
      slack: '/pawl review close {run:discord.glass} all is well, believe me',
      discord: '/review close run:{run:slack.glass} note:all is well, believe me',
    },
    expect: /somebody else/,
    privateTo: 'grace',
  },
  {
    ...both,
    caption: 'linus looks at it, and closes the review',
    as: 'linus',
    in: '#security',
    says: {
      slack: '/pawl review close {run:glass} the queue was stuck, the rollout was right',
      discord: '/review close run:{run:glass} note:the orders are there again',
    },
    expect: /clos/i,
  },
  {
    ...discord,
    caption: 'The freeze is ended, from Discord',
    as: 'ada',
    says: '/freeze end id:1',
    expect: /was ended by/,
  },
  {
    ...slack,
    caption: '… for Slack as well',
    as: 'grace',
    says: '/pawl freeze list',
    expect: /Nothing is frozen/,
    privateTo: 'grace',
  },
]
