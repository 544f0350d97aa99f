// SPDX-License-Identifier: Apache-2.0
/**
 * Reasons for a link, a path and a secret: what is opened, where something is put, and what opens a door.
 */
import { isBareLink } from './bare-link.ts';
import { foldText } from './fold-text.ts';
import type { Knowledge, Spot, Told } from './knowledge.ts';
import { type Act, nowhere, prose, type Reason, reason, type Scalar } from './reason.ts';
import type { Request } from './request.ts';
import { strongest } from './standing.ts';
import { type Typed, typedOf } from './typed.ts';

/** A link within a text that goes out: it leads those who read it, and is for them to open. */
export function linkWithin(known: Knowledge, request: Request, typed: Typed): Reason {
  const spots = known.find(typed).filter(({ told }) => told.holds !== 'echo');
  if (spots.length === 0) return nowhere(known, 'ask');
  if (request.all) return reason('none', 'record', 'all_of_them', spots);
  const spoken = spots.filter(({ told, thing }) => told.trusted || known.grade(told, thing) >= 1);
  return spoken.length > 0
    ? reason('none', 'document', 'verbatim', spoken)
    : reason('no_reason', 'untrusted', 'prose', spots);
}

/** A link that was read as it is carries nothing out, where the person wants links of that text to be read. */
export function link(known: Knowledge, request: Request, typed: Typed, act: Act): Reason {
  const inField = field(known, typed);
  if (inField !== undefined) return inField;
  const spots = known.find(typed).filter(({ told }) => told.holds !== 'echo');
  const spoken = spots.filter(({ told, thing }) => known.grade(told, thing) >= 1);
  if (act.class === 'fetch' && request.pages && spoken.length > 0)
    return reason('none', 'document', 'verbatim', spoken);
  // What nobody said may carry something out.
  return prose(known, spots, act.class === 'fetch' && isBareLink(typed.value) ? 'ask' : 'no_reason');
}

export function where(known: Knowledge, request: Request, typed: Typed, value: Scalar, act: Act): Reason {
  const inField = field(known, typed);
  if (inField !== undefined) return inField;
  const listed = inFolder(known, String(value));
  if (
    listed.length > 0 &&
    (request.all || request.chooses || listed.some(({ told, thing }) => known.grade(told, thing) > 0))
  )
    return reason('none', 'record', request.all ? 'all_of_them' : 'spoken_of', listed);
  const spots = known.find(typed).filter(({ told }) => told.holds !== 'echo');
  return prose(known, spots, act.class === 'create' ? 'none' : 'no_reason');
}

/** It is on the list of a folder that the person spoke of. */
function inFolder(known: Knowledge, path: string): readonly Spot[] {
  const at = path.lastIndexOf('/');
  if (at <= 0 || /(?:^|\/)\.\.?(?:\/|$)/.test(path)) return [];
  const folder = foldText(path.slice(0, at));
  return known
    .find(typedOf(path.slice(at + 1)))
    .filter(
      ({ told, whole }) =>
        whole &&
        known.about(told) >= 2 &&
        told.args.some(({ raw }) => foldText(raw).replace(/\/$/, '') === folder),
    );
}

/** Nobody says them but the person; one that the agent made up may be what was wanted. */
export function secret(known: Knowledge, typed: Typed): Reason {
  const spots = known.find(typed).filter(({ told }) => told.holds !== 'echo');
  if (spots.length === 0) return nowhere(known, 'ask');
  return field(known, typed) ?? prose(known, spots, 'no_reason');
}

/** A text that goes out with a secret in it: nobody asks for that but who speaks of it. */
export function secretInside(known: Knowledge, text: string): Reason | undefined {
  const carried = known.secrets.carriedBy(text);
  if (carried === undefined) return undefined;
  if (carried === 'untold') return reason('ask', 'unknown', 'full');
  const { request } = known;
  if (
    request !== undefined &&
    carried.values.length > 0 &&
    carried.values.every((one) => request.text.includes(one))
  )
    return reason('none', 'prompt', 'said');
  if (request?.secrets === true) return reason('none', 'prompt', 'spoken_of');
  const { found } = carried;
  const some = (of: (told: Told) => string) => [...new Set(found.map(({ told }) => of(told)))].slice(0, 4);
  const said = { sources: some(({ source }) => source), read: some(({ id }) => id) };
  if (found.length > 0 && request?.all === true)
    return { doubt: 'none', origin: 'record', why: 'all_of_them', ...said };
  // To pass it on as it is may be what was asked; to tell what is in it is not.
  const isNamed = found.length > 0 && found.every(({ told, thing }) => known.grade(told, thing) >= 2);
  if (isNamed) return { doubt: 'ask', origin: 'document', why: 'secret_inside', ...said };
  return {
    doubt: 'no_reason',
    origin: found.length > 0 ? 'record' : 'nowhere',
    why: 'secret_inside',
    ...said,
  };
}

function field(known: Knowledge, typed: Typed): Reason | undefined {
  const wholes = known.find(typed).filter(({ told, whole }) => whole && told.holds !== 'echo');
  const trusted = wholes.filter(({ told }) => told.trusted);
  if (trusted.length > 0) return reason('none', 'principal', 'trusted', trusted);
  const best = strongest(known, wholes);
  return best !== undefined && best.grade >= 2
    ? reason('none', 'record', 'spoken_of', [best.spot])
    : undefined;
}
