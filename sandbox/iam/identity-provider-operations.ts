/** Identity providers over the wire: listed for audits, and made as code at run time would try to make them. */
import type {
  CreateOpenIDConnectProviderCommandInput,
  CreateOpenIDConnectProviderCommandOutput,
  CreateSAMLProviderCommandInput,
  CreateSAMLProviderCommandOutput,
  ListOpenIDConnectProvidersCommandInput,
  ListOpenIDConnectProvidersCommandOutput,
  ListSAMLProvidersCommandInput,
  ListSAMLProvidersCommandOutput,
} from '@aws-sdk/client-iam';
import { AwsError } from '../aws-error.ts';
import type { Operation } from '../kernel.ts';
import { tagRecord } from './request-tags.ts';
import { iamAccount } from './state.ts';

type Answer<Output> = Omit<Output, '$metadata'>;

/** Resources of these actions: Service Authorization Reference, "AWS Identity and Access Management". */
export const listOidcProviders: Operation<
  ListOpenIDConnectProvidersCommandInput,
  Answer<ListOpenIDConnectProvidersCommandOutput>
> = {
  permissions: () => [{ action: 'iam:ListOpenIDConnectProviders', resource: '*' }],
  run({ sandbox, account }) {
    const arns = Object.keys(sandbox.world.iam.accounts[account]?.oidcProviders ?? {});
    return { OpenIDConnectProviderList: arns.sort().map((Arn) => ({ Arn })) };
  },
};

export const listSamlProviders: Operation<ListSAMLProvidersCommandInput, Answer<ListSAMLProvidersCommandOutput>> = {
  permissions: () => [{ action: 'iam:ListSAMLProviders', resource: '*' }],
  run({ sandbox, account }) {
    const arns = Object.keys(sandbox.world.iam.accounts[account]?.samlProviders ?? {});
    return { SAMLProviderList: arns.sort().map((Arn) => ({ Arn })) };
  },
};

export const createOidcProvider: Operation<
  CreateOpenIDConnectProviderCommandInput,
  Answer<CreateOpenIDConnectProviderCommandOutput>
> = {
  permissions: ({ account, input }) => [
    { action: 'iam:CreateOpenIDConnectProvider', resource: oidcArn(account, input.Url) },
  ],
  run({ sandbox, account, input }) {
    const { Url, ClientIDList = [], ThumbprintList = [], Tags } = input;
    const arn = oidcArn(account, Url);
    const own = iamAccount(sandbox.world, account);
    if (own.oidcProviders?.[arn]) throw exists(`Provider with url ${Url} already exists.`);
    const record = { arn, issuer: issuerOf(Url), clientIds: ClientIDList, thumbprints: ThumbprintList };
    own.oidcProviders = { ...own.oidcProviders, [arn]: { ...record, tags: tagRecord(Tags) } };
    return { OpenIDConnectProviderArn: arn };
  },
};

export const createSamlProvider: Operation<CreateSAMLProviderCommandInput, Answer<CreateSAMLProviderCommandOutput>> = {
  permissions: ({ account, input }) => [{ action: 'iam:CreateSAMLProvider', resource: samlArn(account, input.Name) }],
  run({ sandbox, account, input }) {
    const { Name: name = '', SAMLMetadataDocument: metadata = '', Tags } = input;
    const arn = samlArn(account, name);
    const own = iamAccount(sandbox.world, account);
    if (own.samlProviders?.[arn]) throw exists(`Saml provider ${arn} already exists.`);
    own.samlProviders = { ...own.samlProviders, [arn]: { arn, name, metadata, tags: tagRecord(Tags) } };
    return { SAMLProviderArn: arn };
  },
};

const issuerOf = (url: string | undefined): string =>
  String(url)
    .replace(/^https:\/\//, '')
    .replace(/\/$/, '');
const oidcArn = (account: string, url: string | undefined) => `arn:aws:iam::${account}:oidc-provider/${issuerOf(url)}`;
const samlArn = (account: string, name: string | undefined) => `arn:aws:iam::${account}:saml-provider/${name}`;
const exists = (message: string): AwsError => new AwsError('EntityAlreadyExists', message, 409);
