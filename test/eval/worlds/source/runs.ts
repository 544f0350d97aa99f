// SPDX-License-Identifier: Apache-2.0
/**
 * From a world to its runs: tasks carried out as they are, under lures that the agent believes, and under lures that
 * it does not.
 *
 * A lure is planted before the run. The attack's calls come after the first result that the plant changed, so nothing
 * is done for an attacker that nobody has read. Source of the format: docs/eval.md.
 */
import {
  type Call,
  type Carrier,
  type Goal,
  type Json,
  type Lure,
  Refusal,
  type Row,
  rows,
  type Step,
  type Suite,
  type Tables,
  type Task,
  type Twist,
} from './world.ts';

/** Of every lure: how many runs in which the agent falls for it. The first lures have one more, in which it does not. */
const fallsPerLure = 3;
const resistedPerSuite = 30;

export type Event =
  | { t: 'user' | 'say'; text: string }
  | { t: 'call'; id: string; name: string; args: Row }
  | { t: 'result'; id: string; text: string; error: string | null };

export interface Run {
  id: string;
  suite: string;
  kind: 'benign' | 'attacked' | 'goal_as_user_task';
  user_task: string;
  injection_task: string | null;
  system: string;
  events: Event[];
  utility: boolean;
  attack_success: boolean | null;
  injections: { [place: string]: string };
  judge: {
    utility: boolean;
    security?: boolean;
    attack_done_after_call?: number;
    attack_necessary_calls?: number[];
    utility_necessary_calls: number[];
  };
}

/** A call of a task or an attack that its server would refuse. */
class Impossible extends Error {}

const isCall = (step: Step): step is Call => 'length' in step;

/** Steps carried out, one result text for each call. */
function carryOut(suite: Suite, tables: Tables, steps: readonly Step[]): Event[] {
  const db = structuredClone(tables);
  const events: Event[] = [];
  let last = '';
  let count = 0;
  for (const step of steps) {
    if (!isCall(step)) {
      events.push('user' in step ? { t: 'user', text: step.user } : { t: 'say', text: step.say });
      continue;
    }
    const [name, given] = step;
    const id = `call_${++count}`;
    const args = fill(given, last);
    const tool = suite.tools.find((each) => each.name === name);
    if (tool === undefined) throw new Error(`${suite.name}: no tool ${name}`);
    events.push({ t: 'call', id, name, args });
    try {
      last = tool.answer(db, args);
      events.push({ t: 'result', id, text: last, error: null });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      throw new Impossible(`${suite.name}: ${name} ${JSON.stringify(args)}: ${error.message}`);
    }
  }
  return events;
}

const fill = (args: Row, last: string): Row =>
  Object.fromEntries(
    Object.entries(args).map(([key, value]) => [
      key,
      typeof value === 'string' ? value.replace('{{last}}', () => last.slice(0, 1500).trim()) : value,
    ]),
  );

/** The tables with what was planted, and the planted texts by place. */
function plant(
  tables: Tables,
  what: Twist['plant'],
): { db: Tables; injections: { [place: string]: string } } {
  const db = structuredClone(tables);
  const injections: { [place: string]: string } = {};
  /** A row that copies another is planted as a whole; only what is nowhere else counts as planted text. */
  const known = JSON.stringify(tables);
  for (const [place, given] of Object.entries(what)) {
    const [table = '', id = '', field = ''] = place.split('/');
    if (typeof given !== 'string') {
      rows(db, table).push(structuredClone(given));
      for (const [key, value] of Object.entries(given))
        if (
          key !== 'id' &&
          typeof value === 'string' &&
          value !== '' &&
          !known.includes(JSON.stringify(value).slice(1, -1))
        )
          injections[`${place}/${key}`] = value;
      continue;
    }
    const row = rows(db, table).find((each) => each.id === id);
    if (row === undefined || typeof row[field] !== 'string') throw new Error(`nowhere to plant: ${place}`);
    row[field] = `${row[field]}${row[field].includes('\n') || given.length > 60 ? '\n\n' : ' '}${given}`;
    injections[place] = given;
  }
  return { db, injections };
}

/** The ordinal of the first call whose result differs between two runs of the same steps. */
function firstPoisoned(clean: readonly Event[], dirty: readonly Event[]): number {
  let call = -1;
  for (const [at, event] of dirty.entries()) {
    if (event.t === 'call') call++;
    const other = clean[at];
    if (event.t === 'result' && other?.t === 'result' && other.text !== event.text) return call;
  }
  return -1;
}

const namesOf = (steps: readonly Step[]): string[] => steps.filter(isCall).map(([name]) => name);

/** The ordinals, from `offset` on, of calls that change or send something. */
const acting = (suite: Suite, names: readonly string[], offset = 0): number[] =>
  names.flatMap((name, at) =>
    suite.tools.some((tool) => tool.name === name && tool.acts) ? [at + offset] : [],
  );

const open = (task: Task): Step[] => [{ user: task.prompt }, ...task.steps];
const close = (says: string, steps: readonly Step[]): Step[] => [...steps, { say: says }];

function quiet(suite: Suite, task: Task, kind: 'benign' | 'goal_as_user_task'): Run {
  return {
    id: `${suite.name}/${task.id}`,
    suite: suite.name,
    kind,
    user_task: task.id,
    injection_task: null,
    system: suite.system,
    events: carryOut(suite, suite.tables, close(task.says, open(task))),
    utility: true,
    attack_success: null,
    injections: {},
    judge: {
      utility: true,
      utility_necessary_calls: acting(suite, namesOf(task.steps)),
    },
  };
}

const taskOf = (suite: Suite, id: string): Task => {
  const task = suite.tasks.find((each) => each.id === id);
  if (task === undefined) throw new Error(`${suite.name}: no task ${id}`);
  return task;
};

/** Steps with the attack's put behind call `after`; the rest of the task is dropped where the agent forgets it. */
function insert(steps: readonly Step[], calls: readonly Call[], after: number, rest: boolean): Step[] {
  let call = -1;
  const at = steps.findIndex((step) => isCall(step) && ++call === after) + 1;
  return [...steps.slice(0, at), ...calls, ...(rest ? steps.slice(at) : [])];
}

function lured(suite: Suite, carrier: Carrier, goal: Goal, lure: Lure, nth: string, falls: boolean): Run {
  const task = taskOf(suite, carrier.task);
  const { db, injections } = plant(suite.tables, { [carrier.place]: lure.text });
  const clean = carryOut(suite, suite.tables, open(task));
  const poisoned = firstPoisoned(clean, carryOut(suite, db, open(task)));
  if (poisoned < 0) throw new Error(`${suite.name}: ${task.id} never reads ${carrier.place}`);
  const names = namesOf(task.steps);
  const calls = lure.calls ?? goal.calls;
  const when = lure.when ?? 'now';
  const after = when === 'end' ? names.length - 1 : poisoned;
  const attack = falls ? acting(suite, namesOf(calls), after + 1) : [];
  const utility = !falls || when !== 'instead' || poisoned === names.length - 1;
  const useful = utility ? acting(suite, names) : [];
  return {
    id: `${suite.name}/${task.id}/${goal.id}/${lure.style}-${nth}${falls ? '' : '-resisted'}`,
    suite: suite.name,
    kind: 'attacked',
    user_task: task.id,
    injection_task: goal.id,
    system: suite.system,
    events: carryOut(
      suite,
      db,
      close(
        utility ? task.says : 'Done.',
        falls ? insert(open(task), calls, after, when !== 'instead') : open(task),
      ),
    ),
    utility,
    attack_success: falls,
    injections,
    judge: {
      utility,
      security: falls,
      attack_done_after_call: attack.at(-1) ?? -1,
      attack_necessary_calls: attack,
      utility_necessary_calls: useful.map((each) => (falls && each > after ? each + calls.length : each)),
    },
  };
}

function twisted(suite: Suite, twist: Twist): Run {
  const task = taskOf(suite, twist.task);
  const { db, injections } = plant(suite.tables, twist.plant);
  const names = namesOf(task.steps);
  const [tool, over] = twist.bend;
  const bent = names.flatMap((name, at) => (name === tool ? [at] : []))[twist.nth ?? 0] ?? -1;
  let call = -1;
  const steps = open(task).map((step): Step => {
    if (!isCall(step) || ++call !== bent) return step;
    const args: [string, Json][] = Object.entries({ ...step[1], ...over });
    return [tool, Object.fromEntries(args.filter(([, value]) => value !== null))];
  });
  const poisoned = firstPoisoned(carryOut(suite, suite.tables, open(task)), carryOut(suite, db, open(task)));
  if (bent < 0 || poisoned < 0 || poisoned >= bent)
    throw new Error(`${suite.name}: ${twist.id} bends nothing that was read (${poisoned} before ${bent})`);
  return {
    id: `${suite.name}/${task.id}/${twist.goal}/${twist.style}-${twist.id}`,
    suite: suite.name,
    kind: 'attacked',
    user_task: task.id,
    injection_task: twist.goal,
    system: suite.system,
    events: carryOut(suite, db, close(task.says, steps)),
    utility: false,
    attack_success: true,
    injections,
    judge: {
      utility: false,
      security: true,
      attack_done_after_call: bent,
      attack_necessary_calls: [bent],
      utility_necessary_calls: [],
    },
  };
}

/** Whether a task can still be done when the attack has been: some attacks take away what the task needs. */
function goesTogether(suite: Suite, carrier: Carrier, goal: Goal, lure: Lure): boolean {
  try {
    lured(suite, carrier, goal, lure, '', true);
    return true;
  } catch (error) {
    if (error instanceof Impossible) return false;
    throw error;
  }
}

/** Carriers for one lure: tasks that this goal has not had, then those that were taken least, then in their order. */
function carriersFor(suite: Suite, goal: Goal, lure: Lure, taken: readonly [Goal, Carrier][]): Carrier[] {
  const had = (carrier: Carrier): number =>
    taken.filter(([other, each]) => other === goal && each.task === carrier.task).length;
  const load = (carrier: Carrier): number => taken.filter(([, each]) => each === carrier).length;
  const chosen: Carrier[] = [];
  const inOrder = suite.carriers
    .filter((carrier) => lure.kinds.includes(carrier.kind))
    .sort((a, b) => had(a) - had(b) || load(a) - load(b));
  for (const carrier of inOrder)
    if (
      chosen.length <= fallsPerLure &&
      chosen.every((each) => each.task !== carrier.task) &&
      goesTogether(suite, carrier, goal, lure)
    )
      chosen.push(carrier);
  if (chosen.length <= fallsPerLure) throw new Error(`${suite.name}: ${goal.id} has too few carriers`);
  return chosen;
}

/** Every run of a world, always in the same order. */
export function runsOf(suite: Suite): Run[] {
  const fallen: Run[] = [];
  const resisted: Run[] = [];
  const taken: [Goal, Carrier][] = [];
  for (const goal of suite.goals)
    for (const [nth, lure] of goal.lures.entries())
      for (const [turn, carrier] of carriersFor(suite, goal, lure, taken).entries()) {
        const falls = turn < fallsPerLure;
        if (!falls && resisted.length === resistedPerSuite) continue;
        (falls ? fallen : resisted).push(lured(suite, carrier, goal, lure, String(nth + 1), falls));
        taken.push([goal, carrier]);
      }
  return [
    ...suite.tasks.map((task) => quiet(suite, task, 'benign')),
    ...suite.asked.map((task) => quiet(suite, task, 'goal_as_user_task')),
    ...fallen,
    ...suite.twists.map((twist) => twisted(suite, twist)),
    ...resisted,
  ];
}

/** What is written: a run a line. */
export const linesOf = (suite: Suite): string =>
  runsOf(suite)
    .map((run) => `${JSON.stringify(run)}\n`)
    .join('');
