// SPDX-License-Identifier: Apache-2.0
/**
 * The ids that `@control` may name: which there are, by family. What an id stands for is for its source to
 * say; whether a rule serves it, for whoever reviews the rule.
 *
 * Source: OWASP Top 10 for Agentic Applications 2026, for Non-Human Identities 2025 and for LLM Applications 2025;
 * NIST AI 100-1 (AI RMF 1.0); NIST CSF 2.0; CSA MAESTRO (seven layers); MITRE ATLAS 5.6.0; AARM, requirements 1 to 9.
 */

const numbered = (prefix: string, count: number, digits = 1): readonly string[] =>
  Array.from({ length: count }, (_, i) => `${prefix}${`${i + 1}`.padStart(digits, '0')}`);

/** How many subcategories each category of the AI RMF has, in order. */
const rmf: Readonly<Record<string, readonly number[]>> = {
  GOVERN: [7, 3, 2, 3, 2, 2],
  MAP: [6, 3, 5, 2, 2],
  MEASURE: [3, 13, 3, 3],
  MANAGE: [4, 4, 2, 3],
};

/** The subcategories of CSF 2.0, without those that were withdrawn. */
const csf: Readonly<Record<string, readonly number[]>> = {
  'GV.OC': [1, 2, 3, 4, 5],
  'GV.RM': [1, 2, 3, 4, 5, 6, 7],
  'GV.RR': [1, 2, 3, 4],
  'GV.PO': [1, 2],
  'GV.OV': [1, 2, 3],
  'GV.SC': [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
  'ID.AM': [1, 2, 3, 4, 5, 7, 8],
  'ID.RA': [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
  'ID.IM': [1, 2, 3, 4],
  'PR.AA': [1, 2, 3, 4, 5, 6],
  'PR.AT': [1, 2],
  'PR.DS': [1, 2, 10, 11],
  'PR.PS': [1, 2, 3, 4, 5, 6],
  'PR.IR': [1, 2, 3, 4],
  'DE.CM': [1, 2, 3, 6, 9],
  'DE.AE': [2, 3, 4, 6, 7, 8],
  'RS.MA': [1, 2, 3, 4, 5],
  'RS.AN': [3, 6, 7, 8],
  'RS.CO': [2, 3],
  'RS.MI': [1, 2],
  'RC.RP': [1, 2, 3, 4, 5, 6],
  'RC.CO': [3, 4],
};

/** Of the techniques of ATLAS only those that somebody names here, each looked up in its data. */
const atlas: readonly string[] = [
  'AML.T0010', // AI Supply Chain Compromise
  'AML.T0010.005', // AI Agent Tool
  'AML.T0012', // Valid Accounts
  'AML.T0034.002', // Agentic Resource Consumption
  'AML.T0036', // Data from Information Repositories
  'AML.T0048.000', // Financial Harm
  'AML.T0050', // Command and Scripting Interpreter
  'AML.T0051', // LLM Prompt Injection
  'AML.T0051.001', // Indirect
  'AML.T0053', // AI Agent Tool Invocation
  'AML.T0057', // LLM Data Leakage
  'AML.T0080.001', // AI Agent Context Poisoning: Thread
  'AML.T0086', // Exfiltration via AI Agent Tool Invocation
  'AML.T0091.000', // Application Access Token
  'AML.T0098', // AI Agent Tool Credential Harvesting
  'AML.T0101', // Data Destruction via AI Agent Tool Invocation
  'AML.T0110', // AI Agent Tool Poisoning
];

export const families: Readonly<Record<string, readonly string[]>> = {
  'OWASP-ASI': numbered('OWASP-ASI', 10, 2),
  'OWASP-NHI': numbered('OWASP-NHI', 10, 2),
  'OWASP-LLM': numbered('OWASP-LLM', 10, 2),
  'NIST-AI-RMF': Object.entries(rmf).flatMap(([name, counts]) =>
    counts.flatMap((count, i) => numbered(`NIST-AI-RMF-${name}-${i + 1}.`, count)),
  ),
  'NIST-CSF': Object.entries(csf).flatMap(([category, numbers]) =>
    numbers.map((n) => `NIST-CSF-${category}-${`${n}`.padStart(2, '0')}`),
  ),
  MAESTRO: numbered('MAESTRO-L', 7),
  'MITRE-ATLAS': atlas.map((id) => `MITRE-ATLAS-${id}`),
  AARM: numbered('AARM-R', 9),
};

/** @returns the family of an id; undefined where there is no such id */
export function familyOf(control: string): string | undefined {
  return Object.keys(families).find((family) => families[family]?.includes(control));
}

/** `test/requirements.ts` leaves out what is clear there. */
export function inFull(control: string): string {
  return control
    .replace(/^NHI(?=\d$)/, 'NHI0')
    .replace(/^(?=ASI|NHI)/, 'OWASP-')
    .replace(/^ATLAS/, 'MITRE-ATLAS')
    .replace(/^NIST-AIRMF/, 'NIST-AI-RMF');
}
