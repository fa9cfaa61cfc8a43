/** GitHub's REST API over fetch: bounded in time, never redirected, and with a token that goes nowhere else. */
import { failure } from '#shared/domain/errors/catalogue.ts';

export interface GitHub {
  /** `https://api.github.com`, or that of a server of one's own. */
  readonly api: string;
  /** The token as it is kept; read anew when GitHub no longer takes the one before. */
  readonly token: (anew: boolean) => Promise<string>;
}

export interface GitHubRequest {
  readonly method: 'GET' | 'POST';
  /** Below the API, beginning with a slash. */
  readonly path: string;
  readonly body?: object;
}

/** A function that tells of events has to end in time, and GitHub answers within a second. */
const timeoutMilliseconds = 4000;
/** What GitHub asks for where it names no time (GitHub docs, "Rate limits for the REST API"). */
const usualPauseSeconds = 60;

/**
 * The parsed answer. A token that is no longer taken is read anew, once. Throws GITHUB_REFUSED, GITHUB_BUSY, GITHUB_UNREACHABLE, and what
 * reading the token does. A redirect counts as a refusal: whoever answers elsewhere is not who the token is for.
 */
export async function askGitHub(gitHub: GitHub, request: GitHubRequest): Promise<unknown> {
  const first = await send(gitHub, request, await gitHub.token(false));
  const response = first.status === 401 ? await send(gitHub, request, await gitHub.token(true)) : first;
  const answer = await bodyOf(response, doing(request));
  if (response.ok) return answer;
  const seconds = pauseOf(response);
  if (seconds !== undefined) throw failure('GITHUB_BUSY', { doing: doing(request), seconds });
  if (response.status >= 500)
    throw failure('GITHUB_UNREACHABLE', { doing: doing(request), message: `it answered ${response.status}` });
  const { status } = response;
  throw failure('GITHUB_REFUSED', { doing: doing(request), status, message: messageIn(answer) });
}

async function send({ api }: GitHub, request: GitHubRequest, token: string): Promise<Response> {
  const { method, path, body } = request;
  try {
    return await fetch(`${api}${path}`, {
      method,
      headers: {
        accept: 'application/vnd.github+json',
        authorization: `Bearer ${token}`,
        'user-agent': 'drawbridge',
        'x-github-api-version': '2022-11-28',
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMilliseconds),
    });
  } catch (error) {
    throw unreachable(request, error);
  }
}

/** The body may take too long as well. */
async function bodyOf(response: Response, of: string): Promise<unknown> {
  try {
    const text = await response.text();
    return text === '' ? undefined : JSON.parse(text);
  } catch (error) {
    if (response.ok) throw failure('GITHUB_UNREACHABLE', { doing: of, message: wordOf(error) });
    return undefined;
  }
}

function unreachable(request: GitHubRequest, error: unknown) {
  return failure('GITHUB_UNREACHABLE', { doing: doing(request), message: wordOf(error) });
}

/** The kind of an error alone: its text may name what was sent. */
function wordOf(error: unknown): string {
  const { name, cause } = error as Error & { cause?: { code?: string } };
  return cause?.code ?? name;
}

/** Both limits answer 403 or 429; other refusals are 403 too, but name no time and leave requests over. */
function pauseOf({ status, headers }: Response): number | undefined {
  if (status !== 403 && status !== 429) return undefined;
  const after = Number(headers.get('retry-after') ?? Number.NaN);
  if (Number.isInteger(after) && after >= 0) return after;
  return status === 429 || headers.get('x-ratelimit-remaining') === '0' ? usualPauseSeconds : undefined;
}

function messageIn(answer: unknown): string {
  const message = (answer as { message?: unknown } | undefined)?.message;
  return typeof message === 'string' ? message.slice(0, 200) : 'it gave no reason';
}

const doing = ({ method, path }: GitHubRequest): string => `${method} ${path.replace(/\?.*$/, '')}`;
