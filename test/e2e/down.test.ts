/** The chat is down: delivery is not outcome (design, section 5, rule 7). */
import { describe, expect, it } from 'vitest'
import { ALL_DELIVERED, auditEvents, DELIVERY_RETRIED, house, untilRows } from './kit.ts'

/** Longer than Pawl's own pause before a third try, which is 4 s. */
const RETRY_AFTER_S = 6

describe.concurrent('while the chat API is down', () => {
  it('a job runs once, and its answer arrives when Slack is back', async (test) => {
    const pawl = await house(test)
    const { simulator } = pawl
    const ada = simulator.slack.user('ada').in('#ops')
    simulator.faults.next('slack.*', { status: 500 }, 1_000)

    const asked = await ada.says('/deploy web staging')
    expect(asked.failure).toBeNull()
    const deployed = () => simulator.upstream.deployments.length === 1
    expect(await simulator.until(deployed, 10_000)).toBe(true)
    await untilRows(pawl.state, DELIVERY_RETRIED)
    expect(asked.messages().filter(({ text }) => text.includes('Deployed'))).toEqual([])

    simulator.faults.clear()
    // First thing that Slack says when it is back: not yet.
    simulator.faults.next('slack.chat.postMessage', { status: 429, retryAfter: RETRY_AFTER_S })
    const end = await asked.final({ withinMs: 30_000 })
    expect(end).toMatchObject({ room: 'ops', onlyFor: null })
    expect(end.text).toContain('Deployed web v42 to staging')
    expect(simulator.upstream.log).toHaveLength(1)
    // The word that only ada saw is taken away after the answer is there.
    expect(await simulator.until(() => simulator.interim().length === 0, 5_000)).toBe(true)
    expect(simulator.violations).toEqual([])

    await untilRows(pawl.state, ALL_DELIVERED)
    await pawl.stop()
    const events = auditEvents(pawl.state)
    const count = (code: string) => events.filter((event) => event.code === code).length
    expect(count('run.running')).toBe(1)
    expect(count('run.succeeded')).toBe(1)
    expect(count('reply.delivered')).toBe(1)
    const retried = events.filter(({ code }) => code === 'reply.retried')
    expect(new Set(retried.map(({ reason }) => reason))).toEqual(new Set(['http_500', 'rate_limited']))
    const [limited] = retried.filter(({ reason }) => reason === 'rate_limited')
    const [delivered] = events.filter(({ code }) => code === 'reply.delivered')
    const waited = Date.parse(String(delivered?.at)) - Date.parse(String(limited?.at))
    expect(waited).toBeGreaterThanOrEqual(RETRY_AFTER_S * 1_000)
  })

  it('a Discord token that is gone early falls back to a post by the bot', async (test) => {
    const pawl = await house(test)
    const { simulator } = pawl
    const ada = simulator.discord.user('ada').in('#ops')
    for (const call of ['original.get', 'original.edit', 'followup.post'])
      simulator.faults.next(`discord.${call}`, { status: 404 }, 1_000)

    const asked = await ada.says('/sleep 1s')
    const end = await asked.final({ withinMs: 15_000, until: ({ text }) => text.includes('Slept 1s') })
    expect(end).toMatchObject({ via: 'channel.post', room: 'ops', onlyFor: null })
    expect(simulator.violations).toEqual([])

    await pawl.stop()
    const ran = auditEvents(pawl.state).filter(({ code }) => code === 'run.running')
    expect(ran).toHaveLength(1)
  })
})
