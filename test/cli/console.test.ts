/** The console command against a deployment: everything but the sign-in endpoint, which is AWS's own. */
import { beforeEach, expect, it, vi } from 'vitest';
import { runCli } from '#cli/run-cli.ts';
import { monday } from '#test/builders.ts';
import { recorder } from './workspace.ts';

const credentials = { accessKeyId: 'ASIA1', secretAccessKey: 'CANARY', sessionToken: 'CANARY', expiresAt: monday };
const session = { target: 'production', account: '333333333333', region: 'eu-west-1', role: 'drawbridge-audit' };
const fetching = vi.fn<(url: URL | RequestInfo) => Promise<Response>>();
beforeEach(() => {
  vi.stubGlobal('fetch', fetching);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'ASIA0');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'x');
  fetching.mockImplementation(async (url) =>
    String(url).startsWith('https://api.example')
      ? Response.json({ session, credentials }, { status: 201 })
      : Response.json({ SigninToken: 'sign-in-token' }),
  );
  return () => {
    vi.unstubAllGlobals();
    vi.unstubAllEnvs();
  };
});

it('prints a link that signs in, and nothing of the credentials', async () => {
  const terminal = recorder();
  const words = [
    '--target',
    'production',
    '--reason',
    'INC-7',
    '--api',
    'https://api.example',
    '--region',
    'eu-west-1',
  ];
  expect(await runCli(['console', ...words], terminal)).toBe(0);
  const [url = ''] = terminal.printed;
  expect(new URL(url).searchParams.get('SigninToken')).toBe('sign-in-token');
  expect([...terminal.printed, ...terminal.progressed].join('\n')).not.toMatch(/CANARY|ASIA/);
  expect(fetching.mock.calls.map(([asked]) => new URL(String(asked)).host)).toEqual([
    'api.example',
    'signin.aws.amazon.com',
  ]);
});
