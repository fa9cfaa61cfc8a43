import * as z from 'zod';
import { AwsError } from '../aws-error.ts';
import type { ResourceProvider, ResourceRequest, ResourceResult } from '../kernel.ts';
import { generatedName } from './identifiers.ts';
import { names, readProperties, tags } from './properties.ts';
import { iamAccount, type OidcProviderRecord, type SamlProviderRecord } from './state.ts';

/** AWS::IAM::OIDCProvider. `Ref` is the ARN. Thumbprints are kept, not checked: the sandbox makes no TLS connection to an issuer. */
export const oidcProviderProvider: ResourceProvider = {
  create(request) {
    const { sandbox, account } = request;
    const { Url, ClientIdList, ThumbprintList, Tags } = readProperties(oidcShape, request);
    const issuer = Url.replace(/^https:\/\//, '').replace(/\/$/, '');
    const arn = `arn:aws:iam::${account}:oidc-provider/${issuer}`;
    const providers = oidcProviders(request);
    if (providers[arn]) throw exists(`Provider with url ${Url} already exists.`);
    const record = { arn, issuer, clientIds: ClientIdList, thumbprints: ThumbprintList, tags: Tags };
    iamAccount(sandbox.world, account).oidcProviders = { ...providers, [arn]: record };
    return result(arn);
  },
  update(request) {
    const { ClientIdList, ThumbprintList, Tags } = readProperties(oidcShape, request);
    const record = existing(oidcProviders(request), request, 'OpenIDConnect Provider');
    Object.assign(record, { clientIds: ClientIdList, thumbprints: ThumbprintList, tags: Tags });
    return result(record.arn);
  },
  remove: (request) => void delete oidcProviders(request)[String(request.physicalId)],
};

/** AWS::IAM::SAMLProvider. `Ref` is the ARN. */
export const samlProviderProvider: ResourceProvider = {
  create(request) {
    const { sandbox, account } = request;
    const properties = readProperties(samlShape, request);
    const name = properties.Name ?? generatedName(sandbox, request, 128);
    const arn = `arn:aws:iam::${account}:saml-provider/${name}`;
    const providers = samlProviders(request);
    if (providers[arn]) throw exists(`Saml provider ${arn} already exists.`);
    const record = { arn, name, metadata: properties.SamlMetadataDocument, tags: properties.Tags };
    iamAccount(sandbox.world, account).samlProviders = { ...providers, [arn]: record };
    return result(arn);
  },
  update(request) {
    const { SamlMetadataDocument, Tags } = readProperties(samlShape, request);
    const record = existing(samlProviders(request), request, 'SAML Provider');
    Object.assign(record, { metadata: SamlMetadataDocument, tags: Tags });
    return result(record.arn);
  },
  remove: (request) => void delete samlProviders(request)[String(request.physicalId)],
};

const oidcShape = z.looseObject({
  // No port and no query (IAM User Guide, "Create an OpenID Connect identity provider in IAM").
  Url: z
    .string()
    .max(255)
    .regex(/^https:\/\/[a-z0-9.-]+(\/[\w.~/-]*)?$/i, 'Invalid Open ID Connect Provider URL'),
  ClientIdList: names,
  ThumbprintList: names,
  Tags: tags,
});
const samlShape = z.looseObject({
  Name: z
    .string()
    .regex(/^[\w._-]{1,128}$/)
    .optional(),
  SamlMetadataDocument: z
    .string()
    .min(1000)
    .max(10_000_000)
    .regex(/<(?:\w+:)?X509Certificate[ >]/, 'Could not parse metadata: it holds no signing certificate'),
  Tags: tags,
});

function oidcProviders({ sandbox, account }: ResourceRequest): Record<string, OidcProviderRecord> {
  return iamAccount(sandbox.world, account).oidcProviders ?? {};
}

function samlProviders({ sandbox, account }: ResourceRequest): Record<string, SamlProviderRecord> {
  return iamAccount(sandbox.world, account).samlProviders ?? {};
}

function existing<Kept>(kept: Record<string, Kept>, { physicalId = '' }: ResourceRequest, what: string): Kept {
  const found = kept[physicalId];
  if (found) return found;
  throw new AwsError('NoSuchEntity', `${what} not found for arn ${physicalId}`, 404);
}

const exists = (message: string): AwsError => new AwsError('EntityAlreadyExists', message, 409);
const result = (arn: string): ResourceResult => ({ physicalId: arn, attributes: { Arn: arn } });
