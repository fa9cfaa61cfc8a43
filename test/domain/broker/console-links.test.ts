import { describe, expect, it } from 'vitest';
import { signInTokenUrl, signInUrl, stackEventsUrl, switchRoleUrl } from '#shared/domain/broker/console-links.ts';
import { monday } from '#test/builders.ts';

const credentials = { accessKeyId: 'ASIA1', secretAccessKey: 's+/=', sessionToken: 't&t', expiresAt: monday };

describe.each([
  ['eu-west-1', 'https://signin.aws.amazon.com', 'https://console.aws.amazon.com'],
  ['cn-north-1', 'https://signin.amazonaws.cn', 'https://console.amazonaws.cn'],
  ['us-gov-west-1', 'https://signin.amazonaws-us-gov.com', 'https://console.amazonaws-us-gov.com'],
])('in %s', (region, signIn, console) => {
  it('the credentials are exchanged for a token', () => {
    const url = new URL(signInTokenUrl(credentials, region));
    expect(`${url.origin}${url.pathname}`).toBe(`${signIn}/federation`);
    expect([...url.searchParams.keys()]).toEqual(['Action', 'Session']);
    expect(url.searchParams.get('Action')).toBe('getSigninToken');
    expect(JSON.parse(url.searchParams.get('Session') ?? '')).toEqual({
      ...{ sessionId: 'ASIA1', sessionKey: 's+/=', sessionToken: 't&t' },
    });
  });

  it('the token signs in to the console of the region', () => {
    const url = new URL(signInUrl('tok&en', region));
    expect(Object.fromEntries(url.searchParams)).toEqual({
      ...{ Action: 'login', Issuer: 'drawbridge', SigninToken: 'tok&en' },
      Destination: `${console}/console/home?region=${region}`,
    });
  });

  it('a stack is linked to by its events', () => {
    expect(stackEventsUrl({ region, stackName: 'orders-api' })).toBe(
      `${console}/cloudformation/home?region=${region}#/stacks/events?stackId=orders-api`,
    );
  });

  it('a switch-role link names account, role with its path, and target', () => {
    const url = new URL(switchRoleUrl({ account: '333333333333', region, role: 'drawbridge/x', name: 'production' }));
    expect(`${url.origin}${url.pathname}`).toBe(`${signIn}/switchrole`);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      ...{ account: '333333333333', roleName: 'drawbridge/x', displayName: 'production' },
    });
  });
});
