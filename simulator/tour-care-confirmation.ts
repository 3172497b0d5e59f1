/** The tour of care, its second part: what its asker confirms, and what a result offers next. Pure. */
import type { Step } from './tour.ts'

const both = { on: 'both' } as const

export const CONFIRMATION_STEPS: readonly Step[] = [
  {
    ...both,
    caption: 'Without the health check: the asker confirms what exactly will run',
    as: 'grace',
    says: { slack: '/deploy web staging --force', discord: '/deploy web staging force:true' },
    keep: 'confirmed',
    expect: /Please confirm[\s\S]*health_check: skipped/,
    privateTo: 'grace',
  },
  {
    ...both,
    caption: '… once',
    as: 'grace',
    presses: 'Confirm',
    expect: /You confirmed/,
    privateTo: 'grace',
  },
  { ...both, caption: '… and it runs', as: 'grace', of: 'confirmed', await: 'words', expect: /Deployed .*staging/ },
  {
    ...both,
    caption: 'The result offers what is wanted next; whoever presses it is checked like whoever types it',
    as: 'linus',
    presses: 'Deploy web to prod',
    expect: /deploy:run[\s\S]*Nothing was run/,
    privateTo: 'linus',
  },
  {
    ...both,
    caption: 'grace may, after an approval …',
    as: 'grace',
    presses: 'Deploy web to prod',
    expect: /waits for approval/,
  },
  {
    ...both,
    caption: '… and takes it back',
    as: 'grace',
    presses: 'Withdraw',
    expect: /withdr/i,
    privateTo: 'grace',
  },
]
