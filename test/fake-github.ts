/** GitHub on loopback, as far as statuses and deployments go: it keeps what it is told, and knows one token, some repositories and their commits. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach } from 'vitest';

export interface FakeGitHub {
  url: string;
  token: string;
  /** Commits by repository. */
  commits: Record<string, readonly string[]>;
  statuses: {
    repository: string;
    commit: string;
    state: string;
    context: string;
    description: string;
    target_url?: string;
  }[];
  deployments: Deployment[];
  /** Method and path of everything that was asked, refused or not. */
  asked: string[];
  /** Refuses, or keeps silent about, what comes next; undefined lets it be as always. */
  trouble: (call: string) => Trouble | undefined;
  /** Runs before something is answered. */
  before: (call: string) => Promise<void>;
}
interface Deployment {
  readonly id: number;
  readonly repository: string;
  readonly sha: string;
  readonly environment: string;
  readonly task: string;
  readonly payload: unknown;
  readonly statuses: { state: string; description: string; log_url?: string }[];
}
export type Trouble =
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string }
  | 'silence'
  | 'hang up';

const states = ['pending', 'success', 'failure', 'error'];
const deploymentStates = [...states, 'queued', 'in_progress', 'inactive'];
type Sent = Record<string, unknown>;
type Answer = readonly [status: number, body: unknown];

/** Listens during the tests of a file; begins anew with each. */
export function fakeGitHub(): FakeGitHub {
  const fake = { url: '' } as FakeGitHub;
  const server = createServer((incoming, response) => void serve(fake, incoming, response));
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    fake.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    const nothing = {
      statuses: [],
      deployments: [],
      asked: [],
      trouble: () => undefined,
      before: async () => undefined,
    };
    Object.assign(fake, { token: 'github_pat_0123456789abcdefghij', commits: {}, ...nothing });
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  return fake;
}

async function serve(fake: FakeGitHub, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const call = `${incoming.method} ${incoming.url}`;
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  fake.asked.push(call);
  await fake.before(call);
  const trouble = fake.trouble(call);
  if (trouble === 'silence') return;
  if (trouble === 'hang up') return void incoming.socket.destroy();
  const json = { 'content-type': 'application/json' };
  if (trouble !== undefined) {
    response.writeHead(trouble.status, { ...json, ...trouble.headers }).end(trouble.body ?? '{"message":"no"}');
    return;
  }
  const sent = chunks.length === 0 ? {} : (JSON.parse(Buffer.concat(chunks).toString()) as Sent);
  const authorized = incoming.headers.authorization === `Bearer ${fake.token}`;
  const [status, body] = authorized ? answer(fake, call, sent) : [401, { message: 'Bad credentials' }];
  response.writeHead(status, json).end(JSON.stringify(body));
}

function answer(fake: FakeGitHub, call: string, sent: Sent): Answer {
  const [, method, repository = '', resource = '', query = ''] =
    /^(\w+) \/repos\/([\w.-]+\/[\w.-]+)\/([^?]*)\??(.*)$/.exec(call) ?? [];
  const commits = fake.commits[repository];
  if (commits === undefined) return [404, { message: 'Not Found' }];
  const [kind, id = '', part] = resource.split('/');
  if (method === 'POST' && kind === 'statuses') return status(fake, { repository, commit: id }, sent);
  if (method === 'POST' && kind === 'deployments' && part === 'statuses')
    return deploymentStatus(fake, Number(id), sent);
  if (method === 'GET' && resource === 'deployments')
    return [200, listed(fake, repository, new URLSearchParams(query))];
  if (method === 'POST' && resource === 'deployments') return deployment(fake, repository, sent);
  return [404, { message: 'Not Found' }];
}

function status(fake: FakeGitHub, place: { repository: string; commit: string }, sent: Sent): Answer {
  const known = fake.commits[place.repository]?.includes(place.commit);
  if (!known) return [422, { message: `No commit found for SHA: ${place.commit}` }];
  if (!states.includes(`${sent['state']}`) || `${sent['description']}`.length > 140)
    return [422, { message: 'Validation Failed' }];
  fake.statuses.push({ ...place, ...(sent as never as FakeGitHub['statuses'][number]) });
  return [201, sent];
}

function deployment(fake: FakeGitHub, repository: string, sent: Sent): Answer {
  const { ref, environment, task, payload, auto_merge, required_contexts } = sent;
  if (!fake.commits[repository]?.includes(`${ref}`)) return [422, { message: `No ref found for: ${ref}` }];
  // With either it would merge, or wait for the very status that tells of it.
  if (auto_merge !== false || JSON.stringify(required_contexts) !== '[]') return [409, { message: 'Conflict' }];
  const made = { repository, sha: `${ref}`, environment: `${environment}`, task: `${task}`, payload, statuses: [] };
  fake.deployments.push({ id: fake.deployments.length + 1, ...made });
  return [201, fake.deployments.at(-1)];
}

function deploymentStatus(fake: FakeGitHub, id: number, sent: Sent): Answer {
  const found = fake.deployments.find((one) => one.id === id);
  if (found === undefined) return [404, { message: 'Not Found' }];
  if (!deploymentStates.includes(`${sent['state']}`)) return [422, { message: 'Validation Failed' }];
  found.statuses.push(sent as never);
  return [201, sent];
}

function listed({ deployments }: FakeGitHub, repository: string, query: URLSearchParams): Deployment[] {
  const asked = ['sha', 'environment', 'task'] as const;
  return deployments
    .filter((one) => one.repository === repository && asked.every((name) => one[name] === query.get(name)))
    .toReversed();
}
