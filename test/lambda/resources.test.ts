import { afterEach, describe, expect, it, vi } from 'vitest';
import { resources } from '#shared/lambda/resources.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('what a deployment consists of', () => {
  it.each([
    ['LEDGER_TABLE', () => resources.ledger.table],
    ['DOCUMENTS_BUCKET', () => resources.documents.bucket],
    ['ARTIFACTS_BUCKET_PREFIX', () => resources.artifacts.prefix],
    ['STATE_MACHINE_ARN', () => resources.stateMachine.arn],
    ['ADMISSION_FUNCTION', () => resources.admissionFunction],
  ])('is read from %s when it is first used, and missed by name', (name, read) => {
    vi.stubEnv(name, 'value');
    expect(read()).toBe('value');
    vi.stubEnv(name, '');
    expect(read).toThrow(`The environment variable ${name} is not set on this function; see serverless.yml.`);
    vi.stubEnv(name, undefined);
    expect(read).toThrow(name);
  });

  it.each([
    ['http://127.0.0.1:4566', { sandbox: 'http://127.0.0.1:4566' }],
    ['https://vpce-1.lambda.eu-west-1.vpce.amazonaws.com', {}],
    ['http://169.254.169.254', {}],
    ['here', {}],
    [undefined, {}],
  ])('has the internet outside, unless AWS is at %s', (endpoint, outside) => {
    vi.stubEnv('AWS_ENDPOINT_URL', endpoint);
    expect(resources.outside).toEqual(outside);
  });
});
