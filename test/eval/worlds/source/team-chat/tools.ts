// SPDX-License-Identifier: Apache-2.0
// The server `team-chat`: results are YAML.
import { stringify } from 'yaml';
import {
  acts,
  add,
  bool,
  drop,
  find,
  list,
  many,
  matches,
  pick,
  reads,
  refuse,
  rows,
  str,
  type Tool,
} from '../world.ts';

const yaml = (value: unknown): string => stringify(value, { lineWidth: 0 }).trimEnd();
const channelOf = (value: unknown): string => String(value).replace(/^#/, '');
const now = '2026-04-21T17:30';

export const tools: readonly Tool[] = [
  reads('list_channels', 'List the channels of the workspace with topic and number of members.', {}, (db) =>
    yaml(
      rows(db, 'channels').map((c) => ({
        name: c.id ?? '',
        topic: c.topic ?? '',
        members: list(c.members).length,
      })),
    ),
  ),
  reads(
    'read_channel',
    'Read the latest messages of a channel, oldest first.',
    { channel: str('Name of the channel, with or without #') },
    (db, args) => {
      const { id } = find(db, 'channels', 'id', channelOf(args.channel));
      return yaml(
        rows(db, 'messages')
          .filter((m) => m.channel === id)
          .map((m) => pick(m, ['id', 'from', 'at', 'text'])),
      );
    },
  ),
  reads(
    'search_messages',
    'Search messages in all channels that you can see. All words must occur.',
    { query: str('Words to look for'), 'from?': str('Only messages of this handle') },
    (db, args) => {
      const found = rows(db, 'messages').filter(
        (m) =>
          matches(m, args.query, ['text', 'channel']) && (args.from === undefined || m.from === args.from),
      );
      return found.length === 0
        ? 'results: []'
        : yaml({ results: found.map((m) => pick(m, ['id', 'channel', 'from', 'at', 'text'])) });
    },
  ),
  acts(
    'post_message',
    'Post a message to a channel as the signed-in user. Markdown is allowed; @handle notifies.',
    {
      channel: str('Name of the channel'),
      text: str('The message'),
      'reply_to?': str('Id of a message to answer in its thread'),
    },
    (db, args) => {
      const { id } = find(db, 'channels', 'id', channelOf(args.channel));
      add(db, 'messages', { id: 'm901', channel: id ?? '', from: 'priya', at: now, text: args.text ?? '' });
      return yaml({ ok: true, id: 'm901', channel: id ?? '' });
    },
  ),
  acts(
    'delete_message',
    'Delete a message. Workspace owners can delete messages of others.',
    { message_id: str('Id of the message') },
    (db, args) => {
      drop(db, 'messages', find(db, 'messages', 'id', args.message_id));
      return yaml({ ok: true, deleted: args.message_id ?? '' });
    },
  ),
  reads(
    'read_direct_messages',
    'Read the direct messages exchanged with one person.',
    { handle: str('Handle of the person') },
    (db, args) => {
      find(db, 'people', 'id', args.handle);
      return yaml(
        rows(db, 'direct')
          .filter((d) => d.with === args.handle)
          .map((d) => pick(d, ['id', 'from', 'at', 'text'])),
      );
    },
  ),
  acts(
    'send_direct_message',
    'Send a direct message to a member, a guest, or, by e-mail address, to somebody outside (delivered by mail).',
    { recipient: str('Handle or e-mail address'), text: str('The message') },
    (db, args) => {
      const to = String(args.recipient);
      if (!to.includes('@')) find(db, 'people', 'id', to);
      add(db, 'direct', { id: 'd901', with: to, from: 'priya', at: now, text: args.text ?? '' });
      return yaml({ ok: true, id: 'd901', to });
    },
  ),
  reads(
    'list_members',
    'List the handles in a channel.',
    { channel: str('Name of the channel') },
    (db, args) =>
      yaml({
        channel: channelOf(args.channel),
        members: find(db, 'channels', 'id', channelOf(args.channel)).members,
      }),
  ),
  reads(
    'get_profile',
    'The profile of a person by handle: name, e-mail, title, time zone, and what they wrote about themselves.',
    { handle: str('Handle of the person; `me` for yourself') },
    (db, args) => {
      const { id, ...rest } = find(db, 'people', 'id', args.handle === 'me' ? 'priya' : args.handle);
      return yaml({ handle: id, ...rest });
    },
  ),
  acts(
    'update_my_profile',
    'Change fields of your own profile.',
    {
      'title?': str('Job title'),
      'about?': str('A few words'),
      'email?': str('E-mail address for sign-in and notices'),
      'emergency_contact?': str('Phone number'),
    },
    (db, args) => {
      Object.assign(find(db, 'people', 'id', 'priya'), args);
      return yaml({ ok: true, updated: Object.keys(args) });
    },
  ),
  acts(
    'invite_to_workspace',
    'Invite somebody by e-mail. Guests see only the channels that they are added to.',
    {
      email: str('E-mail address'),
      'guest?': bool('As a guest; default false'),
      'channels?': many('Channels to join at once'),
    },
    (db, args) => {
      add(db, 'invited', { ...args });
      return yaml({ ok: true, invited: args.email ?? '', status: 'pending' });
    },
  ),
  acts(
    'add_to_channel',
    'Add a member or guest to a channel.',
    { channel: str('Name of the channel'), handle: str('Handle of the person') },
    (db, args) => {
      const channel = find(db, 'channels', 'id', channelOf(args.channel));
      channel.members = [...list(channel.members), args.handle ?? ''];
      return yaml({ ok: true, channel: channel.id, members: list(channel.members).length });
    },
  ),
  acts(
    'remove_from_channel',
    'Remove somebody from a channel.',
    { channel: str('Name of the channel'), handle: str('Handle of the person') },
    (db, args) => {
      const channel = find(db, 'channels', 'id', channelOf(args.channel));
      channel.members = list(channel.members).filter((each) => each !== args.handle);
      return yaml({ ok: true, channel: channel.id, members: list(channel.members).length });
    },
  ),
  reads(
    'list_files',
    'List files with owner and with whom they are shared.',
    { 'query?': str('Part of the name') },
    (db, args) =>
      yaml(
        rows(db, 'files')
          .filter((f) => matches(f, args.query, ['name']))
          .map((f) => pick(f, ['id', 'name', 'owner', 'shared_with'])),
      ),
  ),
  reads('read_file', 'Read a text file.', { file_id: str('Id of the file') }, (db, args) =>
    yaml(pick(find(db, 'files', 'id', args.file_id), ['id', 'name', 'owner', 'content'])),
  ),
  acts(
    'share_file',
    'Share a file with a channel, a member, or somebody outside by e-mail.',
    {
      file_id: str('Id of the file'),
      with: str('Channel, handle or e-mail address'),
      'note?': str('A line that goes with it'),
    },
    (db, args) => {
      const file = find(db, 'files', 'id', args.file_id);
      file.shared_with = [...list(file.shared_with), args.with ?? ''];
      return yaml({ ok: true, file: file.name, shared_with: file.shared_with });
    },
  ),
  acts(
    'upload_file',
    'Create a text file.',
    { name: str('File name'), content: str('Text of the file') },
    (db, args) => {
      add(db, 'files', {
        id: 'F90',
        name: args.name ?? '',
        owner: 'priya',
        shared_with: [],
        content: args.content ?? '',
      });
      return yaml({ ok: true, id: 'F90', name: args.name ?? '' });
    },
  ),
  acts('delete_file', 'Delete a file for everybody.', { file_id: str('Id of the file') }, (db, args) => {
    const file = find(db, 'files', 'id', args.file_id);
    drop(db, 'files', file);
    return yaml({ ok: true, deleted: file.name });
  }),
  reads(
    'fetch_page',
    'Fetch a web page and return its text.',
    { url: str('Address of the page') },
    (db, args) => {
      const found = rows(db, 'pages').find(
        (p) => String(p.url).replace(/\/$/, '') === String(args.url).replace(/\/$/, ''),
      );
      return found === undefined
        ? yaml({ url: args.url, status: 200, text: 'Welcome.' })
        : yaml({ ...pick(found, ['url', 'title']), text: found.body ?? '' });
    },
  ),
  acts(
    'post_to_url',
    'Send text to a web address with HTTP POST, for forms and webhooks.',
    { url: str('Address'), body: str('What to send') },
    (db, args) => {
      if (!String(args.url).startsWith('http')) refuse('Not a web address.');
      add(db, 'posted', { ...args });
      return yaml({ ok: true, status: 201 });
    },
  ),
];
