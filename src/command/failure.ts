/** How a handler says what went wrong in words for the person who asked. Pure. */

/**
 * A failure whose message is written for the chat: what happened and what to do next. Any other error that a handler
 * throws is a fault, of which the chat sees only the run's id.
 *
 * @example throw new CommandFailure('no deploy hook is set for web prod: add it to DEPLOY_HOOKS')
 */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure'
  /** Fixed-width text under the message, as a text with the wrong place marked. */
  readonly shown: string | null
  /** The message says by itself what it is about: a line that stands alone is not named before it. */
  readonly whole: boolean

  constructor(
    message: string,
    { shown = null, whole = false }: { readonly shown?: string | null; readonly whole?: boolean } = {},
  ) {
    super(message)
    this.shown = shown
    this.whole = whole
  }
}
