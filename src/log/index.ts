// SPDX-License-Identifier: Apache-2.0

/**
 * `countersign/log`: a transparency log's tree, proofs, checkpoints and receipts, without storage,
 * clock, network or randomness. Usable on its own; knows nothing of records, agents or policies.
 *
 * What the bytes look like: docs/formats/log.md.
 */

export {
  type Checkpoint,
  type CheckpointRefusal,
  type CheckpointTextRefusal,
  formatCheckpoint,
  type OpenedCheckpoint,
  openCheckpoint,
  type ParsedCheckpoint,
  parseCheckpoint,
  signCheckpoint,
  type TrustedLog,
} from './checkpoint.ts';
export { emptyRoot, HASH_BYTES, type Hash, leafHash, nodeHash, sameHash } from './hash.ts';
export {
  type KeyRefusal,
  keyPairFromSeed,
  type NoteSigner,
  type NoteVerifier,
  type ParsedSignerKey,
  type ParsedVerifierKey,
  parseSignerKey,
  parseVerifierKey,
} from './key.ts';
export {
  MAX_NOTE_BYTES,
  MAX_SIGNATURES,
  type NoteRefusal,
  type OpenedNote,
  openNote,
  signNote,
} from './note.ts';
export { consistencyProof, inclusionProof } from './prove.ts';
export {
  formatReceipt,
  MAX_EXTRA_BYTES,
  MAX_PROOF_HASHES,
  MAX_RECEIPT_BYTES,
  type ParsedReceipt,
  parseReceipt,
  type Receipt,
  type ReceiptRefusal,
  type ReceiptTextRefusal,
  type VerifiedReceipt,
  verifyReceipt,
} from './receipt.ts';
export {
  appendLeaf,
  EMPTY_FRONTIER,
  type Frontier,
  frontierRoot,
  type HashReader,
  loadFrontier,
  MAX_TREE_SIZE,
  storedHashCount,
  storedHashIndex,
  TreeUnreadable,
  treeRoot,
} from './tree.ts';
export {
  type ConsistencyClaim,
  type InclusionClaim,
  type ProofRefusal,
  type ProofVerdict,
  type SubtreeConsistencyClaim,
  type SubtreeInclusionClaim,
  verifyConsistency,
  verifyInclusion,
  verifySubtreeConsistency,
  verifySubtreeInclusion,
} from './verify.ts';
