/**
 * The platforms' documented limits that the simulator holds Pawl to. Pure data; every number is the platform's own.
 */

/** Both platforms drop the first answer after 3 s: Slack shows `operation_timeout`, Discord voids the token. */
export const FIRST_ANSWER_MS = 3_000

export const SLACK = {
  /** A response_url is a bearer secret with a short life: 5 uses within 30 minutes. */
  responseUses: 5,
  responseMs: 30 * 60_000,
  /** A trigger opens one modal, once, within 3 s. */
  triggerMs: 3_000,
  /** chat.postMessage cuts longer text without a word. */
  postText: 40_000,
  /** chat.update refuses what chat.postMessage would cut. */
  updateText: 4_000,
  markdownText: 12_000,
  messageBlocks: 50,
  viewBlocks: 100,
  attachments: 100,
  viewBytes: 250_000,
  privateMetadata: 3_000,
  viewTitle: 24,
  sectionText: 3_000,
  sectionFields: 10,
  fieldText: 2_000,
  headerText: 150,
  contextElements: 10,
  actionsElements: 25,
  id: 255,
  buttonText: 75,
  buttonValue: 2_000,
  url: 3_000,
  imageAlt: 2_000,
  selectOptions: 100,
  optionText: 75,
  optionValue: 150,
  /** Checkboxes and radio buttons. */
  tickOptions: 10,
  inputLabel: 2_000,
  inputHint: 2_000,
  placeholder: 150,
  inputText: 3_000,
  /** Typed into an external menu before it asks, unless `min_query_length` says otherwise. */
  queryLength: 3,
  /** Views on top of each other. */
  viewStack: 3,
  /** chat.postMessage: about one message a second in a channel; off unless `enforceRates` is set. */
  postEveryMs: 1_000,
} as const

export const DISCORD = {
  /** An interaction token edits and follows up for 15 minutes, then only the bot token does. */
  tokenMs: 15 * 60_000,
  content: 2_000,
  embeds: 10,
  /** All text of all embeds of one message together. */
  embedsText: 6_000,
  title: 256,
  description: 4_096,
  fields: 25,
  fieldName: 256,
  fieldValue: 1_024,
  footer: 2_048,
  author: 256,
  rows: 5,
  rowButtons: 5,
  label: 80,
  customId: 100,
  linkUrl: 512,
  nonce: 25,
  choices: 25,
  choiceName: 100,
  modalTitle: 45,
  modalParts: 5,
  modalLabel: 45,
  modalHint: 100,
  inputText: 4_000,
  inputPlaceholder: 100,
  selectOptions: 25,
  selectText: 100,
  selectPlaceholder: 150,
  /** Radio and checkbox groups. */
  groupOptions: 10,
  commands: 100,
  /** User and message commands, each kind of them. */
  menuCommands: 15,
  /** In any case and with blanks. */
  menuName: 32,
  options: 25,
  commandDescription: 100,
  /** Names, descriptions and values of one command together. */
  commandText: 8_000,
} as const

/** Lower-case letters, digits, `-`, `_`, `'`, in any script that has no case; 1 to 32 characters. */
export const DISCORD_NAME = /^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$/u
