/**
 * What `npm start -- --tour jobs` plays on a fast clock, on both platforms at the same time: a job that outlives its consumer
 * and Discord's token, one that is cancelled, three that wait for each other, and one that is lost. Pure.
 */
import type { Step } from './tour.ts'

const MINUTE = 60_000

/** As fast as a job of forty minutes can be watched without getting bored, and slow enough for a busy machine. */
export const JOBS_SPEED = 15

/** The sample job sleeps in ten parts, and says before each how much is left. */
const LONG = { parts: 10, ms: 40 * MINUTE }
/** A nap of three minutes takes 12 s here, and two may be before one. */
const LINE_MS = 60_000

const both = { on: 'both', as: 'ada' } as const

export const JOBS_TOUR: readonly Step[] = [
  {
    ...both,
    caption: 'A job of forty minutes: longer than a queue consumer lives, and than Discord lets it be answered',
    says: '/sleep 40m',
    keep: 'long',
    await: 'answer',
    expect: /Queued/,
  },
  { ...both, caption: '… says how far it is', of: 'long', await: 'words', expect: /40m left \(0 %\)/, alone: true },
  {
    ...both,
    caption: 'Another one …',
    says: '/sleep 30m',
    keep: 'cancelled',
    await: 'words',
    expect: /27m left \(10 %\)/,
  },
  {
    ...both,
    caption: '… is cancelled midway, with its button',
    presses: 'Cancel',
    of: 'cancelled',
    expect: /cancelled by/,
    alone: true,
  },
  {
    ...both,
    caption: 'Three that wait for each other: the first runs …',
    says: '/sleep 3m nap-{platform}',
    keep: 'first',
    await: 'words',
    expect: /3m left/,
  },
  {
    ...both,
    as: 'grace',
    caption: '… the second is next …',
    says: '/sleep 3m nap-{platform}',
    keep: 'second',
    await: 'words',
    expect: /is next for .*sleep:nap/,
  },
  {
    ...both,
    as: 'linus',
    caption: '… the third is number 2 in line',
    says: '/sleep 3m nap-{platform}',
    keep: 'third',
    await: 'words',
    expect: /number 2 in line for .*sleep:nap/,
  },
  { ...both, caption: 'The first ends …', of: 'first', expect: /Slept 3m/, withinMs: LINE_MS, alone: true },
  {
    ...both,
    caption: '… then the second …',
    of: 'second',
    expect: /Slept 3m/,
    withinMs: LINE_MS,
    lasts: 5 * MINUTE,
    alone: true,
  },
  {
    ...both,
    caption: '… then the third',
    of: 'third',
    expect: /Slept 3m/,
    withinMs: LINE_MS,
    lasts: 8 * MINUTE,
    alone: true,
  },
  {
    ...both,
    caption: 'A deployment is under way …',
    // One each: on both platforms at the same time they would wait for each other.
    says: { slack: '/deploy slow staging', discord: '/deploy slow-api staging' },
    keep: 'lost',
    await: 'words',
    expect: /\(\d+ %\)/,
  },
  {
    ...both,
    caption: '… when the worker is killed: nobody knows what became of it, and Pawl says so',
    crash: true,
    of: 'lost',
    expect: /interrupted.*outcome is unknown/,
    alone: true,
  },
  {
    ...both,
    caption: 'Its story',
    says: { slack: '/pawl run show {run:lost}', discord: '/run show {run:lost}' },
    expect: /lost/,
    privateTo: 'ada',
  },
  {
    ...both,
    caption: 'ada looks, and says what she found',
    says: {
      slack: '/pawl run resolve {run:lost} --as succeeded --note "v42 answers on slow"',
      discord: '/run resolve run:{run:lost} as:succeeded note:v42 answers on slow-api',
    },
    expect: /noted as succeeded/,
    privateTo: 'ada',
  },
  {
    ...both,
    caption: '… and those who were told that it is lost are told so',
    of: 'lost',
    await: 'words',
    expect: /has succeeded, says .*: v42 answers on slow/,
  },
  {
    ...both,
    caption: 'The job of forty minutes has survived the crash, and ends in its one message',
    of: 'long',
    expect: /Slept 40m/,
    withinMs: 4 * MINUTE,
    alone: true,
    edits: LONG.parts,
    lasts: LONG.ms,
  },
  {
    ...both,
    caption: '… as its story tells: begun again after each wait, and edited by the bot when the token was too old',
    says: { slack: '/pawl run show {run:long}', discord: '/run show {run:long}' },
    expect: /run\.running attempt=1[01][\s\S]*via=(?:chat\.update|channel\.edit)/,
  },
  {
    ...both,
    caption: 'Everything that was said has been delivered',
    says: { slack: '/pawl run list --undelivered', discord: '/run list undelivered:true' },
    expect: /nothing to show/,
  },
]
