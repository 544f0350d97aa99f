// SPDX-License-Identifier: Apache-2.0
// Defects put in on purpose, each around a part that is itself untouched. What the simulator does not
// see of these it would not see of a real one.
import type { LiveCalls } from '../../src/app/live.ts';
import type { Learnt, Past } from '../../src/app/past.ts';
import type { Clock, Ledger } from '../../src/app/ports.ts';
import type { Sequencer } from '../../src/app/sequencer.ts';
import { type Fault, releaseWithinMs } from './node.ts';

/** Expectations that no longer hold anybody back. */
function expectingOnly(keeps: (facet: string) => boolean): (ledger: Ledger) => Ledger {
  return (ledger) => ({
    ...ledger,
    commit: (units, timeoutMs) =>
      ledger.commit(
        units.map((unit) => ({ ...unit, expected: unit.expected.filter(({ facet }) => keeps(facet)) })),
        timeoutMs,
      ),
  });
}

/** Answers as soon as it has decided, and commits behind the answer's back. */
function hasty(sequencer: Sequencer): Sequencer {
  return {
    ...sequencer,
    submit: (attempt) =>
      new Promise((resolve, reject) => {
        sequencer
          .submit((view, place) => {
            const written = attempt(view, place);
            resolve(written.result);
            return written;
          })
          .catch(reject);
      }),
  };
}

/** Lets an allow live longer than it may. */
function ageing(lateMs: number): (live: LiveCalls, clock: Clock) => LiveCalls {
  return (live, clock) => ({
    ...live,
    open(...args) {
      const call = live.open(...args);
      const fromMs = clock.monotonicMs();
      let gone = false;
      return {
        ...call,
        release() {
          const answer = call.release();
          const late =
            answer === 'stale' && !gone && clock.monotonicMs() - fromMs <= releaseWithinMs + lateMs;
          gone ||= late || answer === 'go';
          return late ? 'go' : answer;
        },
      };
    },
  });
}

/** Says `go` as often as it is asked. */
function generous(live: LiveCalls): LiveCalls {
  return {
    ...live,
    open(...args) {
      const call = live.open(...args);
      let gone = false;
      return {
        ...call,
        release() {
          if (gone) return 'go';
          const answer = call.release();
          gone = answer === 'go';
          return answer;
        },
      };
    },
  };
}

/** Sees only what is durable: nothing of what was decided a moment before, in the same group. */
function lateLearner(past: Past): Past {
  let waiting: Learnt[] | undefined;
  return {
    ...past,
    learn: (event) => (waiting === undefined ? past.learn(event) : void waiting.push(event)),
    begin() {
      past.begin();
      waiting = [];
    },
    settle() {
      for (const event of waiting ?? []) past.learn(event);
      waiting = undefined;
      past.settle();
    },
    rollback() {
      waiting = undefined;
      past.rollback();
    },
  };
}

/** Each defect with what the simulator must say of it. */
export const faults: Readonly<Record<string, readonly [fault: Fault, said: RegExp]>> = {
  'commits expect nothing': [{ ledger: expectingOnly(() => false) }, /holds \d+ of|without standing|moved/],
  'budgets are checked and not expected': [
    { ledger: expectingOnly((facet) => !facet.includes('/budget/')) },
    /holds \d+ of|says that it moved/,
  ],
  'history is asked and not rested on': [
    { ledger: expectingOnly((facet) => !facet.startsWith('did/')) },
    /is pay number|was paid already|says that it moved/,
  ],
  'history sees nothing of its own group': [{ past: lateLearner }, /is pay number|was paid already/],
  'a group that failed stays in history': [
    { past: (past) => ({ ...past, rollback: past.settle }) },
    /remembers \d+ events/,
  ],
  'history is not learnt': [{ past: (past) => ({ ...past, learn: () => undefined }) }, /remembers 0 events/],
  'an approval is used and not rested on': [
    {
      // Who answers moves what the agent was answered as well, and that alone would keep two answers apart.
      ledger: expectingOnly((facet) => !/^(approval|answered)\//.test(facet) && !facet.endsWith('/asked')),
    },
    /was used twice|says that it moved/,
  ],
  'standing is checked and not expected': [
    { ledger: expectingOnly((facet) => !/^(agent|task|session)\/[^/]+$/.test(facet)) },
    /without standing/,
  ],
  'what is in force is checked and not expected': [
    { ledger: expectingOnly((facet) => facet !== 'policy' && facet !== 'catalogue') },
    /by what was not in force/,
  ],
  'the answer comes before the commit': [
    { sequencer: hasty },
    /without a durable decision|said without its record/,
  ],
  'the result is released before its observation': [
    { observing: hasty },
    /released without a durable observation/,
  ],
  'an allow never ages': [{ live: ageing(Number.MAX_SAFE_INTEGER) }, /ms after its caller was ended/],
  'an allow ages from its commit on': [{ live: ageing(700) }, /ms after its caller was ended/],
  'a call is released twice': [{ live: generous }, /took effect twice/],
  'the bytes are the callers own': [{ without: 'canonical bytes' }, /took effect with/],
  'nobody closes what was left open': [{ without: 'recovery' }, /was never closed/],
  'calls do not hear of revocations': [{ without: 'revocations' }, /was still waited for/],
  'nobody looks at the store': [{ without: 'tail and contact' }, /was still waited for|has folded/],
  'a node does not read what others wrote': [
    {
      ledger(ledger) {
        let reads = 0;
        return {
          ...ledger,
          read: (from, limit) => (reads++ === 0 ? ledger.read(from, limit) : Promise.resolve([])),
        };
      },
    },
    /has folded \d+ of/,
  ],
};
