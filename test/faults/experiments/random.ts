/** SIGKILL at random points, drawn from the seed, with many commands of all kinds under way. */
import type { Asked } from '../house.ts'
import type { Experiment, Trial } from '../trial.ts'
import { KINDS, lineOf } from './lines.ts'
import { LEASE_MS, UNNOTED } from './moves.ts'

const COMMANDS = 24
const KILLS = 3
/** A batch of commands comes to some three hundred points. */
const POINTS = 120
const ENDS = ['succeeded', 'failed', 'lost', 'expired', 'cancelled', 'timed_out', null]

async function stormy(trial: Trial, commands: number, kills: number): Promise<void> {
  const { house } = trial
  const keys = [trial.tag(), trial.tag()]
  const all: Asked[] = []
  const draw = (n: number) => Math.floor(trial.random() * n)
  const say = async () => {
    const kind = KINDS[draw(KINDS.length)] ?? 'work'
    const tag = trial.tag()
    const hold = kind === 'look' ? '' : `--hold ${draw(400)}`
    const shared = kind === 'solo' && draw(2) === 0
    const line = shared ? `/pawl solo --key ${keys[draw(2)]} --tag ${tag} ${hold}` : lineOf(kind, tag, hold)
    const on = draw(2) === 0 ? 'slack' : 'discord'
    const asked = await trial.prepares(line, { on })
    all.push(asked)
    return asked
  }
  for (let kill = 0; kill < kills; kill++) {
    const sending: Promise<unknown>[] = []
    const trap = house.control.trap({ at: '*', deed: { do: 'kill' }, skip: draw(POINTS) })
    for (let i = 0; i < commands / kills; i++) sending.push((await say()).send())
    // Fewer points than drawn: then the end of the batch is the moment.
    await Promise.race([trap.reached, house.simulator.until(() => false, 3_000)])
    trap.release()
    await house.kill()
    await Promise.all(sending)
    await trial.recovers()
    // Jobs that share locks wait for the leases of those that were killed.
    await house.skew((kill + 1) * LEASE_MS)
  }
  await trial.settle({ withinMs: 120_000 })
  await house.skew(0)
  for (const asked of all) {
    const safe = asked.line.includes('rework')
    await trial.expect(asked, { state: ENDS, effects: [0, safe ? kills + 1 : 1] })
  }
}

export const random: readonly Experiment[] = [
  {
    name: 'random kills under load',
    breaks: `workerd is killed ${KILLS} times at random with ${COMMANDS} commands under way`,
    repetitions: 12,
    repeats: { ...UNNOTED, times: KILLS },
    run: (trial) => stormy(trial, COMMANDS, KILLS),
  },
  {
    name: 'one random kill',
    breaks: 'workerd is killed once at random with eight commands under way',
    repetitions: 6,
    repeats: UNNOTED,
    short: true,
    run: (trial) => stormy(trial, 8, 1),
  },
]
