// SPDX-License-Identifier: Apache-2.0
// The policies that are in every set, whatever is published. Listed and explained like any other.
import type { PolicyFile } from '../../core/policy/source.ts';

export const builtInPolicies: PolicyFile = {
  name: 'countersign (built in)',
  text: `// Asked at every start through the real road: a node on which this is not denied opens no port.
@id("countersign.canary")
@owner("countersign")
@reason("This action exists to be denied.")
forbid (principal, action == Action::"countersign.canary", resource);

// Without it nobody could start a task or take a bad policy back. The local socket is the daemon's
// own; a policy may forbid what this permits.
@id("countersign.local-operator")
@owner("countersign")
@reason("The owner of the local socket administers this node.")
permit (principal is Operator, action in Action::"administer", resource)
when { context.channel == "local-socket" };

// Saving a policy, a catalogue, the file of approvers or that of signals publishes it. To publish only when asked, forbid this.
@id("countersign.watched-files")
@owner("countersign")
@reason("The owner of the watched directories publishes by saving a file.")
permit (
  principal is Operator,
  action in [Action::"policy.publish", Action::"approvers.publish", Action::"signals.publish"],
  resource
)
when { context.channel == "watched-files" };

// A coding agent's hook starts a task for its directory and passes on what the person typed, and nothing else.
@id("countersign.hook")
@owner("countersign")
@reason("The hook of a client opens its own task and session, and says what the person asked.")
permit (
  principal is Operator,
  action in [Action::"task.start", Action::"session.start", Action::"prompt.submit"],
  resource
)
when { context.channel == "hook" };

// Somebody who signed in looks at what they are asked, answers it, says that they have looked at what happened, and may change who approves where they are a keeper.
@id("countersign.desk")
@owner("countersign")
@reason("People who signed in answer what they are asked.")
permit (
  principal is Operator,
  action in [
    Action::"approval.decide",
    Action::"approvers.publish",
    Action::"break_glass.open",
    Action::"record.read",
    Action::"review.close"
  ],
  resource
)
when { context.channel == "desk" && ["approval", "approvers", "passkey", "review", "task"].contains(context.kind) };
// The file of signals says which of them may say what, and for how long it counts.
@id("countersign.signals")
@owner("countersign")
@reason("Registered sources and probes say signals.")
permit (principal is Operator, action == Action::"signal.set", resource)
when { ["source", "probe"].contains(context.channel) };
`,
};
