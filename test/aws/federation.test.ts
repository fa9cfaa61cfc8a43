import { afterEach, describe, expect, it, vi } from 'vitest';
import { consoleUrl } from '#shared/aws/federation.ts';
import { monday } from '#test/builders.ts';

const credentials = {
  accessKeyId: 'ASIA1',
  secretAccessKey: 'CANARY-secret',
  sessionToken: 'CANARY-token',
  expiresAt: monday,
};
const fetching = vi.fn<typeof fetch>();
vi.stubGlobal('fetch', fetching);
afterEach(() => fetching.mockReset());

describe('the link into the console', () => {
  it('is made of the token that the credentials are exchanged for', async () => {
    fetching.mockResolvedValue(Response.json({ SigninToken: 'token' }));
    const url = new URL(await consoleUrl(credentials, 'eu-west-1'));
    expect(url.searchParams.get('SigninToken')).toBe('token');
    expect(url.href).not.toContain('CANARY');
    expect(new URL(String(fetching.mock.calls[0]?.[0])).searchParams.get('Action')).toBe('getSigninToken');
  });

  it.each<[string, () => Promise<Response>, string]>([
    ['refuses', async () => new Response('no', { status: 400 }), 'HTTP 400'],
    ['answers something else', async () => Response.json({}), 'HTTP 200'],
    ['cannot be reached', () => Promise.reject(new TypeError('CANARY-secret in a URL')), 'TypeError'],
  ])('is not made when the endpoint %s, and no error repeats the credentials', async (_, answer, detail) => {
    fetching.mockImplementation(answer);
    const thrown = (await consoleUrl(credentials, 'eu-west-1').catch((error: unknown) => error)) as Error;
    expect(thrown).toMatchObject({ name: 'SIGN_IN_REFUSED' });
    expect(thrown.message).toContain(detail);
    expect(`${thrown.message}${thrown.stack}${JSON.stringify(thrown)}`).not.toContain('CANARY');
  });
});
