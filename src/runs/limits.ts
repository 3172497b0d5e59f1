/** Times of the run's life, each with its reason. Milliseconds. */
import { RECORDS_MAX_BYTES } from '../engine/records.ts'

/** Both platforms drop an answer after 3 s; leave room for the network. */
export const ANSWER_BUDGET_MS = 2_000

/** Admission that takes longer is given up: nothing runs, and the person hears so within the 3 s. */
export const ADMISSION_BUDGET_MS = 1_800

/** Asking a platform who somebody is takes some 200 ms; what takes longer must not use up the time for the answer. */
export const STANDING_BUDGET_MS = 1_000

/**
 * `waitUntil` lives 30 s after the response and an inline command at most 25 s; this long after its admission an accepted run, or one that
 * is at work inside its request, is dead. A queued one has lost its wake-up by then, as after {@link WAKE_GRACE_MS}: that it is queued moves
 * nothing in the index of what is due.
 */
export const INLINE_GRACE_MS = 60_000

/** A job that has not been heard of for this long has crashed. Three missed extensions of its claim at least. */
export const CLAIM_LEASE_MS = 30_000

/** How often a job looks whether it was cancelled, or taken over by somebody else; every other time it extends its claim. */
export const HEARTBEAT_MS = 5_000

/** A queued run without a claim after this long has lost its wake-up (local queues die with the process); it is woken again. */
export const WAKE_GRACE_MS = 60_000

/**
 * A run that waits in line for a lock, and holds none, is woken by that lock, which does so again until it is heard of. In case that
 * this is lost, too, the sweeper wakes it after this long; not each minute, for lines can be long and one sweep is short.
 */
export const LINE_GRACE_MS = 600_000

/** Whether the asker of a queued run is a full member could not be asked: it is tried again after this. */
export const STANDING_AGAIN_MS = 15_000

/** Tries of a run whose command says `retry: 'safe'`; after them it has failed, or is lost, like any other. */
export const SAFE_TRIES = 3

/** Pauses before the second and the third try: first for what passes by itself, then for what takes a restart. */
export const RETRY_PAUSES_MS: readonly number[] = [5_000, 30_000]

/** A queue consumer has 15 minutes of wall time (platform.md 1.2); from here on a job goes on in the next one. */
export const CONSUMER_WORK_MS = 660_000

/**
 * A piece of work that takes longer than this without a step in between is stopped. Of the consumer's 15 minutes, what is left is
 * for what comes before (finding redirects, taking locks) and after: {@link SETTLE_MS}, {@link UNSURE_MS}, and the writing of the end.
 */
export const STRETCH_MS = 780_000

/** A shorter wait costs less than to put a run aside and take it up again. */
export const WAIT_IN_PLACE_MS = 5_000

/**
 * The same between two looks of a poll, of which there may be thousands: each time that it is put aside costs three lines of the log
 * for ever, as much as half a minute of heartbeats does for the moment.
 */
export const POLL_IN_PLACE_MS = 30_000

/** Clocks of two consumers differ; a run whose wait is over but for this is taken up. */
export const WAKE_EARLY_MS = 1_000

/** A step's result is for going on, not for keeping: what is larger belongs elsewhere. */
export const STEP_MAX_BYTES = 64 * 1024

/** Steps of a run, and the bytes of their results: all are read when it goes on, into 128 MB of memory. */
export const STEPS_MAX = 1_000
export const STEPS_MAX_BYTES = 8_000_000

/**
 * What a pipeline keeps beside them: the records of the stage that ended last, and the results of calls of the one under way. Neither
 * can be longer than a stage may give, or that stage fails; the rest is for brackets.
 */
export const PIPELINE_MAX_BYTES = 2 * RECORDS_MAX_BYTES + 100_000

/** Lines and bytes of text that a run keeps of what its handlers log. */
export const LOG_MAX_LINES = 1_000
export const LOG_MAX_BYTES = 64 * 1024

/**
 * Who inserted an answer into the outbox delivers it at once and has this long before somebody else tries: a courier may
 * need five calls of 10 s each.
 */
export const DELIVERY_LEASE_MS = 90_000

/** How long an edit in flight may hold up the end of a job: it must never arrive after that, and a courier may need five calls of 10 s. */
export const SETTLE_MS = 55_000

/** An interim edit is only begun while the claim lasts as long as a call to the platform may (10 s). */
export const EDIT_MS = 10_000

/** A platform that has not answered an edit in time may still make it: the end waits as long again before it follows. */
export const UNSURE_MS = 10_000

/** An answer that is being written down when the budget ends is waited for until here. */
export const ANSWER_LIMIT_MS = 2_700

/** First pause before an answer is delivered again; doubled each time. */
export const DELIVERY_BACKOFF_MS = 2_000

/** Longest pause between two tries of a delivery. */
export const DELIVERY_BACKOFF_MAX_MS = 600_000

/** After a day an answer is given up as undeliverable; the run and its outcome stay. */
export const DELIVERY_GIVE_UP_MS = 86_400_000

/**
 * A job starts some 30 ms after it was queued: before the platform has shown the answer to its request, and then there is
 * nothing to edit yet. The job does not wait; its first word to the chat does.
 */
export const FIRST_WORD_MS = 1_200

/** The progress of a job is edited at most this often. */
export const PROGRESS_INTERVAL_MS = 3_000

/** And those of a workspace's jobs together: Slack's chat.update allows about 50 a minute for all of them (Tier 3). */
export const EDITS_APART_MS = 1_300

/** Rows of a kind that one sweep looks at; a cron run has 1,000 D1 queries (platform.md 1.4), and each row takes some ten. */
export const SWEEP_LIMIT = 40

/** Rows that one sweep mends at the same time; a Worker has six connections that wait for headers (platform.md 1.1). */
export const SWEEP_WIDTH = 5
