/** The tour of care, its first part: who is who, and a production deploy that is asked for in a form and approved by somebody else. Pure. */
import type { Step } from './tour.ts'

const slack = { on: 'slack' } as const
const discord = { on: 'discord' } as const
const both = { on: 'both' } as const

export const PEOPLE_STEPS: readonly Step[] = [
  {
    ...slack,
    caption: 'grace may deploy, break the glass, and review; linus may approve and review',
    as: 'ada',
    first: [
      '/pawl user add grace @grace',
      '/pawl user add linus @linus',
      '/pawl group create deployers',
      '/pawl group add deployers grace',
      '/pawl role create deployer',
      '/pawl permission grant deploy:run deployer',
      '/pawl permission grant deploy:prod deployer',
      '/pawl permission grant pawl:break-glass deployer',
      '/pawl permission grant pawl:review deployer',
      '/pawl role grant deployer deployers',
      `/pawl rule create 'when command is deploy with option[force] == true must be confirmed'`,
      '/pawl group create approvers',
      '/pawl group add approvers linus',
      '/pawl role create approver',
      '/pawl permission grant deploy:approve approver',
      '/pawl permission grant pawl:review approver',
    ],
    says: '/pawl role grant approver approvers',
    expect: /approving deploy/,
  },
  {
    ...discord,
    caption: 'Their accounts on Discord are theirs too: asked for there …',
    as: 'grace',
    first: ['/pawl run:user link grace'],
    says: '/pawl run:user link --code {code}',
    expect: /grace/,
  },
  {
    ...discord,
    caption: '… and proved with the code that came on Slack',
    as: 'linus',
    first: ['/pawl run:user link linus'],
    says: '/pawl run:user link --code {code}',
    expect: /linus/,
  },
]

export const APPROVAL_STEPS: readonly Step[] = [
  {
    ...discord,
    caption: 'What fits is offered while a line is typed',
    as: 'grace',
    completes: '/deploy w',
    expect: /^web$/,
  },
  {
    ...both,
    caption: 'A command without its options opens a form',
    as: 'grace',
    says: { slack: '/deploy', discord: '/pawl run:deploy' },
    looks: 'form',
    expect: /service \*[\s\S]*env \*: \(staging \| prod\)/,
  },
  {
    ...both,
    caption: 'Sent, it is an ordinary run: production needs the word of a second person',
    as: 'grace',
    fills: { service: 'web', env: 'prod' },
    keep: 'asked',
    expect: /waits for approval/,
  },
  {
    ...both,
    caption: 'grace cannot give it herself …',
    as: 'grace',
    presses: 'Approve',
    expect: /somebody else has to decide/,
    privateTo: 'grace',
  },
  {
    ...discord,
    caption: '… and of what was asked on Slack nobody decides from Discord',
    as: 'linus',
    says: '/approval approve {run:slack.asked}',
    expect: /no run of this id that waits for approval here/,
    privateTo: 'linus',
  },
  {
    ...both,
    caption: 'linus approves it',
    as: 'linus',
    presses: 'Approve',
    expect: /You approved/,
    privateTo: 'linus',
  },
  {
    ...both,
    caption: '… and it runs, in the message that asked',
    as: 'grace',
    of: 'asked',
    await: 'words',
    expect: /Deployed .*prod[\s\S]*approved by/,
  },
  {
    ...both,
    caption: 'Whoever comes late is told who has decided',
    as: 'linus',
    says: { slack: '/pawl approval refuse {run:asked}', discord: '/approval refuse run:{run:asked}' },
    expect: /Already decided by linus: deploy .* was approved/,
    privateTo: 'linus',
  },
  {
    ...both,
    caption: 'Another one …',
    as: 'grace',
    says: '/deploy api prod',
    expect: /waits for approval/,
  },
  {
    ...both,
    caption: '… is refused, which ends it',
    as: 'linus',
    presses: 'Refuse',
    expect: /You refused/,
    privateTo: 'linus',
  },
  {
    ...both,
    caption: '… for everybody to read',
    as: 'ada',
    looks: 'room',
    expect: /was refused by[\s\S]*Nothing was run/,
  },
]
