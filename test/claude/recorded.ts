// SPDX-License-Identifier: Apache-2.0
// Events as Claude Code 2.1.330 wrote them to its hooks, with directories and names of ours.

/** @param project where the conversation is */
export function recordedEvents(project: string, conversation = '51b5e5f0-8d0a-4c50-9f8d-20958e838e18') {
  const always = {
    session_id: conversation,
    transcript_path: `/home/u/.claude/projects/p/${conversation}.jsonl`,
    cwd: project,
    prompt_id: '04c4ea2c-1d20-4a66-bd5c-8a8629fc8265',
    permission_mode: 'default',
  };
  const effort = { effort: { level: 'medium' } };
  const input = { file_path: `${project}/notes.txt` };
  return {
    UserPromptSubmit: { ...always, hook_event_name: 'UserPromptSubmit', prompt: 'Please read notes' },
    PreToolUse: {
      ...always,
      ...effort,
      hook_event_name: 'PreToolUse',
      tool_name: 'Read',
      tool_input: input,
      tool_use_id: 'toolu_1',
    },
    PostToolUse: {
      ...always,
      ...effort,
      hook_event_name: 'PostToolUse',
      tool_name: 'Read',
      tool_input: input,
      tool_response: {
        type: 'text',
        file: {
          filePath: `${project}/notes.txt`,
          content: 'the content of the file\n',
          numLines: 2,
          startLine: 1,
          totalLines: 2,
        },
      },
      tool_use_id: 'toolu_1',
      duration_ms: 8,
    },
    PostToolUseFailure: {
      ...always,
      ...effort,
      hook_event_name: 'PostToolUseFailure',
      tool_name: 'Bash',
      tool_input: { command: 'npm test' },
      tool_use_id: 'toolu_2',
      error: 'Exit code 3',
      is_interrupt: false,
      duration_ms: 12,
    },
    SubagentStop: {
      ...always,
      agent_id: 'aa71fb8308e333302',
      agent_type: 'general-purpose',
      hook_event_name: 'SubagentStop',
      stop_hook_active: false,
      last_assistant_message: 'finished',
      background_tasks: [],
      session_crons: [],
    },
    Stop: {
      ...always,
      hook_event_name: 'Stop',
      stop_hook_active: false,
      last_assistant_message: 'finished',
      background_tasks: [],
      session_crons: [],
    },
    SessionEnd: {
      session_id: conversation,
      transcript_path: `/home/u/.claude/projects/p/${conversation}.jsonl`,
      cwd: project,
      hook_event_name: 'SessionEnd',
      reason: 'other',
    },
  } as const;
}
