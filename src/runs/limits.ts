/** Times of the run's life, each with its reason. Milliseconds. */

/** Both platforms drop an answer after 3 s; leave room for the network. */
export const ANSWER_BUDGET_MS = 2_000

/** Admission that takes longer is given up: nothing runs, and the person hears so within the 3 s. */
export const ADMISSION_BUDGET_MS = 1_800

/** Asking a platform who somebody is takes some 200 ms; what takes longer must not use up the time for the answer. */
export const STANDING_BUDGET_MS = 1_000

/** `waitUntil` lives 30 s after the response and an inline command at most 25 s; after this an accepted run is dead. */
export const INLINE_GRACE_MS = 60_000

/** A job that has not been heard of for this long has crashed. Six missed heartbeats. */
export const CLAIM_LEASE_MS = 30_000

/** How often a job extends its claim and looks whether it was cancelled. */
export const HEARTBEAT_MS = 5_000

/** A queued run without a claim after this long has lost its wake-up (local queues die with the process); it is woken again. */
export const WAKE_GRACE_MS = 60_000

/** Attempts of a run whose command says `retry: 'safe'`; after them it is lost like any other. */
export const SAFE_ATTEMPTS = 3

/**
 * Who inserted an answer into the outbox delivers it at once and has this long before somebody else tries: a courier may
 * need five calls of 10 s each.
 */
export const DELIVERY_LEASE_MS = 90_000

/** How long an edit in flight may hold up the end of a job. */
export const SETTLE_MS = 15_000

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

/** Progress is edited at most this often: Slack's chat.update allows about 50 a minute for the whole workspace. */
export const PROGRESS_INTERVAL_MS = 3_000

/** Rows of a kind that one sweep looks at; a cron run has 1,000 D1 queries (platform.md 1.4), and each row takes some ten. */
export const SWEEP_LIMIT = 40

/** Rows that one sweep mends at the same time; a Worker has six connections that wait for headers (platform.md 1.1). */
export const SWEEP_WIDTH = 5
