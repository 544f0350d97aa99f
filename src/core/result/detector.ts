// SPDX-License-Identifier: Apache-2.0
// What looks at a result: secrets, personal data, and the text itself (which only fails where there is too much of it).

export const detectors = ['secrets', 'pii', 'text'] as const;
export type Detector = (typeof detectors)[number];
