// SPDX-License-Identifier: Apache-2.0
// The section of a catalogue that lets everything be asked for that is no tool, resource or prompt.

const methods = [
  'completion/complete',
  'resources/subscribe',
  'resources/unsubscribe',
  'sampling/createMessage',
  'elicitation/create',
  'roots/list',
];

/** @param more beside the class: `result: { level: public, integrity: trusted }` */
export function everyMethod(more?: string): string {
  const said = more === undefined ? 'class: read' : `class: read, ${more}`;
  return ['methods:', ...methods.map((method) => `  ${method}: { ${said} }`)].join('\n');
}
