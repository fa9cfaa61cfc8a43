import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { childEnvironment, credentialProcess, exportLines } from '#shared/domain/broker/hand-over.ts';
import { monday } from '#test/builders.ts';

const credentials = {
  ...{ accessKeyId: 'ASIA1', secretAccessKey: "se'cret/+=", sessionToken: 'token', expiresAt: monday },
};
const onAws = { credentials, region: 'eu-west-1' };
const inSandbox = { ...onAws, endpoint: 'http://127.0.0.1:1234' };
const variables = {
  AWS_ACCESS_KEY_ID: 'ASIA1',
  AWS_SECRET_ACCESS_KEY: "se'cret/+=",
  AWS_SESSION_TOKEN: 'token',
  AWS_REGION: 'eu-west-1',
  AWS_DEFAULT_REGION: 'eu-west-1',
};

describe('credential_process', () => {
  it('is answered in its own words', () => {
    expect(credentialProcess(onAws)).toEqual({
      ...{ Version: 1, AccessKeyId: 'ASIA1', SecretAccessKey: "se'cret/+=", SessionToken: 'token' },
      Expiration: monday,
    });
  });

  it('hears of no end from a sandbox, whose clock is another', () => {
    expect(credentialProcess(inSandbox)).not.toHaveProperty('Expiration');
  });
});

it('export lines mean to a shell what they say', () => {
  const script = `${exportLines(onAws)}\nprintf %s "$AWS_SECRET_ACCESS_KEY|$AWS_SESSION_TOKEN|$AWS_REGION"`;
  expect(execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8' })).toBe("se'cret/+=|token|eu-west-1");
  expect(exportLines(onAws)).not.toContain('ENDPOINT');
});

describe('the environment of a program', () => {
  it('has the session and nothing else of AWS', () => {
    const parent = {
      ...{ PATH: '/bin', HOME: '/home/alice', EMPTY: undefined, AWS_PAGER: '', AWS_CA_BUNDLE: '/ca.pem' },
      ...{ AWS_PROFILE: 'admin', AWS_SECRET_ACCESS_KEY: 'other', AWS_ROLE_ARN: 'arn', aws_session_token: 'x' },
      ...{ AWS_ENDPOINT_URL: 'https://elsewhere', AWS_ENDPOINT_URL_S3: 'https://elsewhere', AWS_CONFIG_FILE: 'x' },
      ...{ AWS_WEB_IDENTITY_TOKEN_FILE: 'x', AWS_CONTAINER_CREDENTIALS_FULL_URI: 'x' },
    };
    expect(childEnvironment(parent, onAws)).toEqual({
      ...{ PATH: '/bin', HOME: '/home/alice', AWS_PAGER: '', AWS_CA_BUNDLE: '/ca.pem' },
      ...variables,
    });
  });

  it('says in a sandbox where AWS is', () => {
    expect(childEnvironment({}, inSandbox)).toEqual({ ...variables, AWS_ENDPOINT_URL: 'http://127.0.0.1:1234' });
  });
});
