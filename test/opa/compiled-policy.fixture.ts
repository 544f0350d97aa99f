// SPDX-License-Identifier: Apache-2.0
// Compiled policies of the tests' own: modules written by hand that speak OPA's WebAssembly ABI (1.3) to a host, and
// are no Rego. Where OPA finds what its rules say of an input, these look for a text in it. And bundles around them.
import { gzipSync } from 'node:zlib';
import { packTar } from 'modern-tar';
import wabt from 'wabt';

/** What happens where a text stands in the input; the first that does counts. */
export interface Case {
  readonly when: string;
  readonly does: Deed;
}

export type Deed =
  /** The result set, as JSON. */
  | { readonly say: string }
  /** Never ends; traps; gives up as a contradiction does; takes all memory and gives up; answers without an end. */
  | 'loop'
  | 'trap'
  | 'abort'
  | 'fill'
  | 'endless'
  /** Prints the input, and is undefined. */
  | 'print';

export interface CompiledPolicy {
  readonly cases?: readonly Case[];
  readonly otherwise?: Deed;
  readonly entrypoints?: readonly string[];
  /** Functions that it needs from its host. */
  readonly builtins?: readonly string[];
  /** `[major, minor]`. */
  readonly abi?: readonly [number, number];
  /** Instead of the host's memory, one of its own. */
  readonly ownMemory?: boolean;
  /** Runs when it is loaded. */
  readonly atStart?: 'loop';
}

export const result = (value: unknown): Deed => ({ say: JSON.stringify([{ result: value }]) });
export const undefinedResult: Deed = { say: '[]' };

const entrypoint = 'countersign/decision';

export async function compiledPolicy(policy: CompiledPolicy): Promise<Uint8Array> {
  const { parseWat } = await wabt();
  const module = parseWat('policy.wat', watOf(policy));
  try {
    return module.toBinary({}).buffer;
  } finally {
    module.destroy();
  }
}

/** A `.tar.gz` with names as `opa build` gives them. */
export async function bundleOf(files: Readonly<Record<string, string | Uint8Array>>): Promise<Uint8Array> {
  const entries = Object.entries(files).map(([name, content]) => {
    const body = typeof content === 'string' ? Buffer.from(content) : content;
    return { header: { name, size: body.length, type: 'file' as const }, body };
  });
  return gzipSync(await packTar(entries));
}

function watOf(policy: CompiledPolicy): string {
  const { cases = [], otherwise = undefinedResult, entrypoints = [entrypoint], builtins = [] } = policy;
  const { abi = [1, 3], ownMemory = false, atStart } = policy;
  const texts = layOut();
  const numbered = (names: readonly string[]) =>
    texts.at(JSON.stringify(Object.fromEntries(names.map((name, i) => [name, i]))));
  const named = { builtins: numbered(builtins), entrypoints: numbered(entrypoints) };
  const steps = cases.map(({ when, does }) => {
    const needle = texts.at(when);
    const length = Buffer.byteLength(when);
    return `(if (call $has (local.get $input) (local.get $length) (i32.const ${needle}) (i32.const ${length}))
      (then ${deed(does, texts)}))`;
  });
  const last = deed(otherwise, texts);
  const message = texts.at('policy.rego:1:1: it contradicts itself');
  return `(module
    ${ownMemory ? '' : '(import "env" "memory" (memory 2))'}
    (import "env" "opa_abort" (func $abort (param i32)))
    (import "env" "opa_println" (func $println (param i32)))
    ${ownMemory ? '(memory 2)' : ''}
    (global (export "opa_wasm_abi_version") i32 (i32.const ${abi[0]}))
    (global (export "opa_wasm_abi_minor_version") i32 (i32.const ${abi[1]}))
    (global $heap (mut i32) (i32.const ${texts.end()}))
    ${texts.segments()}
    ;; A value of this module is its JSON.
    (func (export "builtins") (result i32) (i32.const ${named.builtins}))
    (func (export "entrypoints") (result i32) (i32.const ${named.entrypoints}))
    (func (export "opa_json_dump") (param $value i32) (result i32) (local.get $value))
    (func (export "opa_json_parse") (param $at i32) (param $length i32) (result i32)
      ;; 123: it begins as an object does.
      (select (local.get $at) (i32.const 0) (i32.eq (i32.load8_u (local.get $at)) (i32.const 123))))
    (func (export "opa_malloc") (param $size i32) (result i32)
      (global.get $heap)
      (global.set $heap (i32.add (global.get $heap) (local.get $size))))
    (func (export "opa_heap_ptr_get") (result i32) (global.get $heap))
    (func (export "opa_heap_ptr_set") (param i32) (global.set $heap (local.get 0)))
    (func $loop (loop $again (br $again)))
    (func $fill
      (loop $again (br_if $again (i32.ne (memory.grow (i32.const 64)) (i32.const -1))))
      (call $abort (i32.const ${message})))
    (func $endless (result i32)
      (memory.fill (global.get $heap) (i32.const 32)
        (i32.sub (i32.mul (memory.size) (i32.const 65536)) (global.get $heap)))
      (global.get $heap))
    ;; Whether the text of one place stands somewhere in the other.
    (func $has (param $at i32) (param $length i32) (param $text i32) (param $size i32) (result i32)
      (local $i i32)
      (block $none (loop $next
        (br_if $none (i32.lt_s (local.get $length) (local.get $size)))
        (local.set $i (i32.const 0))
        (block $differs (loop $same
          (if (i32.eq (local.get $i) (local.get $size)) (then (return (i32.const 1))))
          (br_if $differs (i32.ne
            (i32.load8_u (i32.add (local.get $at) (local.get $i)))
            (i32.load8_u (i32.add (local.get $text) (local.get $i)))))
          (local.set $i (i32.add (local.get $i) (i32.const 1)))
          (br $same)))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (local.set $length (i32.sub (local.get $length) (i32.const 1)))
        (br $next)))
      (i32.const 0))
    (func (export "opa_eval")
      (param $reserved i32) (param $entrypoint i32) (param $data i32)
      (param $input i32) (param $length i32) (param $free i32) (param $format i32) (result i32)
      (global.set $heap (local.get $free))
      ${steps.join('\n      ')}
      ${last}
      unreachable)
    ${atStart === undefined ? '' : '(start $loop)'}
  )`.replaceAll('$MESSAGE', String(message));
}

function deed(what: Deed, texts: Layout): string {
  switch (what) {
    case 'loop':
      return '(call $loop)';
    case 'trap':
      return 'unreachable';
    case 'abort':
      return '(call $abort (i32.const $MESSAGE))';
    case 'fill':
      return '(call $fill)';
    case 'endless':
      return '(return (call $endless))';
    case 'print':
      return `(i32.store8 (i32.add (local.get $input) (local.get $length)) (i32.const 0))
        (call $println (local.get $input)) (return (i32.const ${texts.at('[]')}))`;
    default:
      return `(return (i32.const ${texts.at(what.say)}))`;
  }
}

interface Layout {
  at(text: string): number;
  end(): number;
  segments(): string;
}

/** Texts one after the other in memory, each with its zero. */
function layOut(): Layout {
  let end = 1024;
  const segments: string[] = [];
  return {
    at(text) {
      const bytes = Buffer.from(`${text}\0`, 'utf8');
      const at = end;
      end += bytes.length;
      const escaped = [...bytes].map((byte) => `\\${byte.toString(16).padStart(2, '0')}`).join('');
      segments.push(`(data (i32.const ${at}) "${escaped}")`);
      return at;
    },
    end: () => end,
    segments: () => segments.join('\n    '),
  };
}
