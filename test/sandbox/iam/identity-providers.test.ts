import { beforeEach, describe, expect, it } from 'vitest';
import { iamService } from '#sandbox/iam/service.ts';
import { iamAccount } from '#sandbox/iam/state.ts';
import type { Json, ResourceRequest } from '#sandbox/kernel.ts';
import { samlIdentityProvider, samlMetadata } from '#sandbox/sts/saml/identity-provider.ts';
import { type IamSandbox, iamSandbox, thrown } from './sandbox-stub.ts';

const account = '111111111111';
let sandbox: IamSandbox;
beforeEach(() => {
  sandbox = iamSandbox();
});

function run(
  verb: 'create' | 'update' | 'remove',
  type: string,
  properties: Record<string, Json>,
  physicalId?: string,
): unknown {
  const place = { account, region: 'eu-west-1', stackId: 'arn:stack', stackName: 'trust', logicalId: 'Provider' };
  const request = {
    sandbox,
    type,
    properties,
    ...place,
    ...(physicalId === undefined ? {} : { physicalId }),
  } as ResourceRequest;
  return thrown(() => iamService.providers[type]![verb](request));
}

describe('AWS::IAM::OIDCProvider', () => {
  const type = 'AWS::IAM::OIDCProvider';
  const Url = 'https://token.actions.githubusercontent.com';
  const arn = `arn:aws:iam::${account}:oidc-provider/token.actions.githubusercontent.com`;
  const kept = () => iamAccount(sandbox.world, account).oidcProviders?.[arn];

  it('is created, changed and removed', () => {
    expect(run('create', type, { Url: `${Url}/`, ClientIdList: ['sts.amazonaws.com'] })).toEqual({
      physicalId: arn,
      attributes: { Arn: arn },
    });
    expect(kept()).toMatchObject({
      issuer: 'token.actions.githubusercontent.com',
      clientIds: ['sts.amazonaws.com'],
      thumbprints: [],
    });
    run(
      'update',
      type,
      {
        Url,
        ClientIdList: ['other'],
        ThumbprintList: ['6938fd4d98bab03faadb97b34396831e3780aea1'],
        Tags: [{ Key: 'a', Value: 'b' }],
      },
      arn,
    );
    expect(kept()).toMatchObject({ clientIds: ['other'], thumbprints: [expect.any(String)], tags: { a: 'b' } });
    run('remove', type, { Url }, arn);
    expect(kept()).toBeUndefined();
    expect(run('remove', type, { Url }, arn)).toBeUndefined();
  });

  it('may have a path, and there may be several', () => {
    run('create', type, { Url });
    expect(run('create', type, { Url: 'https://oidc.eks.eu-west-1.amazonaws.com/id/ABC' })).toMatchObject({
      physicalId: `arn:aws:iam::${account}:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/ABC`,
    });
    expect(Object.keys(iamAccount(sandbox.world, account).oidcProviders ?? {})).toHaveLength(2);
  });

  it.each<[string, string, RegExp]>([
    ['without TLS', 'http://a.example', /Invalid Open ID Connect Provider URL/],
    ['with a port', 'https://a.example:8443', /Invalid Open ID Connect Provider URL/],
    ['with a query', 'https://a.example?x=1', /Invalid Open ID Connect Provider URL/],
  ])('is refused for a URL %s', (_, url, message) => {
    expect(run('create', type, { Url: url })).toMatch(message);
  });

  it('is there once, and cannot be changed before', () => {
    expect(run('update', type, { Url }, arn)).toBe(`NoSuchEntity: OpenIDConnect Provider not found for arn ${arn}`);
    run('create', type, { Url });
    expect(run('create', type, { Url })).toBe(`EntityAlreadyExists: Provider with url ${Url} already exists.`);
  });
});

describe('AWS::IAM::SAMLProvider', () => {
  const type = 'AWS::IAM::SAMLProvider';
  const metadata = () => samlMetadata(samlIdentityProvider(sandbox, 'https://login.example.org'));

  it('is created, changed and removed', () => {
    const arn = `arn:aws:iam::${account}:saml-provider/corp`;
    const properties = { Name: 'corp', SamlMetadataDocument: metadata() };
    expect(run('create', type, properties)).toEqual({ physicalId: arn, attributes: { Arn: arn } });
    expect(run('create', type, properties)).toBe(`EntityAlreadyExists: Saml provider ${arn} already exists.`);
    run('update', type, { ...properties, Tags: [{ Key: 'a', Value: 'b' }] }, arn);
    expect(iamAccount(sandbox.world, account).samlProviders?.[arn]).toMatchObject({ name: 'corp', tags: { a: 'b' } });
    run('remove', type, properties, arn);
    expect(iamAccount(sandbox.world, account).samlProviders).toEqual({});
    expect(run('update', type, properties, arn)).toBe(`NoSuchEntity: SAML Provider not found for arn ${arn}`);
  });

  it('is named by CloudFormation where no name is given', () => {
    expect(run('create', type, { SamlMetadataDocument: metadata() })).toMatchObject({
      physicalId: expect.stringMatching(/saml-provider\/trust-Provider-\w{12}$/),
    });
  });

  it.each<[string, string, RegExp]>([
    ['is too short', '<x/>', /SamlMetadataDocument/],
    ['holds no certificate', ' '.repeat(1000), /holds no signing certificate/],
  ])('is refused when the metadata %s', (_, SamlMetadataDocument, message) => {
    expect(run('create', type, { Name: 'corp', SamlMetadataDocument })).toMatch(message);
  });
});
