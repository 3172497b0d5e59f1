/** The version of Pawl; the same as package.json's (test/worker/house-rules.test.ts). */
export const VERSION = '0.1.0'
