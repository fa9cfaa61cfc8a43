/** What resources let others do without a policy document. */
import { listAlternatives } from '../gate/alternatives.ts';
import { isObject, type JsonObject, memberOf } from '../template/template.ts';
import { everyone, toPrincipal } from './grant.ts';
import { texts } from './policy-grants.ts';
import { propertyValues, valueText } from './template-values.ts';

export interface Sharing {
  readonly who: string;
  readonly action: string;
}

type Reader = (properties: JsonObject) => Sharing[];

/** Whether resources of this type can let others in by themselves. */
export function sharesWithoutPolicy(type: string): boolean {
  return memberOf(readers, type) !== undefined;
}

/** Whom the resource lets do what (CloudFormation User Guide, the page of each type). */
export function sharings(type: string, properties: JsonObject): Sharing[] {
  return (memberOf(readers, type) as Reader)(properties);
}

const readers: Readonly<Record<string, Reader>> = {
  'AWS::Cognito::IdentityPool': poolSharings,
  'AWS::EC2::VPCEndpointServicePermissions': principals('AllowedPrincipals', () => ['connecting to the service']),
  'AWS::EKS::AccessEntry': principals('PrincipalArn', () => ['signing in to the cluster']),
  'AWS::EKS::IdentityProviderConfig': () => [
    { who: 'to whom its provider vouches for', action: 'signing in to the cluster' },
  ],
  'AWS::Lambda::LayerVersionPermission': principals('Principal', ({ Action: action }) => texts(action)),
  'AWS::Lambda::Url': (properties) =>
    texts(properties['AuthType']).flatMap((kind) =>
      kind === 'AWS_IAM' ? [] : [{ who: everyone, action: `calling its address (${kind})` }],
    ),
  'AWS::RAM::ResourceShare': principals('Principals', () => ['using what is shared']),
};

function principals(member: string, actions: (properties: JsonObject) => string[]): Reader {
  return (properties) =>
    texts(memberOf(properties, member)).flatMap((principal) =>
      actions(properties).map((action) => ({ who: toPrincipal(principal), action })),
    );
}

const otherProviders = ['DeveloperProviderName', 'OpenIdConnectProviderARNs', 'SamlProviderARNs'];

/** An identity pool hands out credentials of its roles. */
function poolSharings(properties: JsonObject): Sharing[] {
  const action = "getting credentials of the pool's roles";
  const userPools = propertyValues(properties, 'CognitoIdentityProviders')
    .flatMap((value) => listAlternatives({ value, path: [] }))
    .map(({ value }) => valueText((isObject(value) ? memberOf(value, 'ProviderName') : undefined) ?? value));
  const logins = propertyValues(properties, 'SupportedLoginProviders').flatMap((value) =>
    isObject(value) ? Object.keys(value) : [valueText(value)],
  );
  const others = otherProviders.flatMap((name) => texts(memberOf(properties, name)));
  const isOpen = texts(memberOf(properties, 'AllowUnauthenticatedIdentities')).some((said) => said !== 'false');
  return [
    ...(isOpen ? [{ who: everyone, action }] : []),
    ...[...userPools, ...logins, ...others].map((name) => ({ who: `to whom ${name} vouches for`, action })),
  ];
}
