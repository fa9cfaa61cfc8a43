import { AwsError } from '#sandbox/aws-error.ts';
import type { SessionCaller } from '#sandbox/kernel.ts';
import type { Identity, IssuedSession } from '#sandbox/runtime/running-sandbox.ts';

export const ACCESS_KEY = 'ASIATESTTESTTESTTEST';
const SECRET = 'secret/of+the=test';
const TOKEN = 'session+token/of=the+test==';
export const credentials = { accessKeyId: ACCESS_KEY, secretAccessKey: SECRET, sessionToken: TOKEN };

export function sessionCaller(overrides: Partial<SessionCaller> = {}): SessionCaller {
  return {
    kind: 'session',
    accessKeyId: ACCESS_KEY,
    account: '111111111111',
    arn: 'arn:aws:sts::111111111111:assumed-role/tester/test',
    roleArn: 'arn:aws:iam::111111111111:role/tester',
    roleId: 'AROATESTTESTTESTTEST2',
    sessionName: 'test',
    tags: {},
    transitiveTagKeys: [],
    expiresAt: Date.parse('2027-01-01T00:00:00Z'),
    ...overrides,
  };
}

/** One known session; everything is allowed except the actions named. */
export function fakeIdentity(options: { caller?: Partial<SessionCaller>; denied?: readonly string[] } = {}): Identity {
  const caller = sessionCaller(options.caller);
  const session: IssuedSession = { secretAccessKey: SECRET, sessionToken: TOKEN, caller };
  return {
    authorise: (_sandbox, _caller, { action, resource }) => {
      if (!options.denied?.includes(action)) return;
      throw new AwsError(
        'AccessDenied',
        `User: ${caller.arn} is not authorized to perform: ${action} on ${resource}`,
        403,
      );
    },
    openSession: () => ({ ...credentials, expiresAt: caller.expiresAt, caller }),
    callerOf: (_sandbox, key) => (key === ACCESS_KEY ? caller : undefined),
    sessionOf: (_world, key) => (key === ACCESS_KEY ? session : undefined),
  };
}
