/** What Ref and GetAtt Arn of IAM's own resources are, from the names a template gives them (CloudFormation, IAM resource reference). */
import { memberOf, type Template } from '../template/template.ts';

type Values = Readonly<Record<string, string>>;

/** What Ref of a resource returns: the name of a role, the ARN of a managed policy or an identity provider. */
export function resourceName(template: Template, id: string, values: Values): string | undefined {
  return memberOf(template.Resources, id)?.Type === 'AWS::IAM::Role'
    ? roleNameOf(template, id)
    : resourceArn(template, id, values);
}

/** The name a role is given; one without a name goes by its logical id. */
export function roleNameOf(template: Template, id: string): string {
  return plain(template, id, 'RoleName') ?? id;
}

/** The ARN, in the partition and account that `values` have; undefined for what is none of IAM's resources. */
export function resourceArn(template: Template, id: string, values: Values): string | undefined {
  const path = plain(template, id, 'Path') ?? '/';
  const rest = {
    'AWS::IAM::Role': `role${path}${roleNameOf(template, id)}`,
    'AWS::IAM::ManagedPolicy': `policy${path}${plain(template, id, 'ManagedPolicyName') ?? id}`,
    'AWS::IAM::OIDCProvider': `oidc-provider/${(plain(template, id, 'Url') ?? id).replace(/^https:\/\//, '')}`,
    'AWS::IAM::SAMLProvider': `saml-provider/${plain(template, id, 'Name') ?? id}`,
  }[String(memberOf(template.Resources, id)?.Type)];
  return rest === undefined ? undefined : `arn:${values['AWS::Partition']}:iam::${values['AWS::AccountId']}:${rest}`;
}

/** A property that is written out. */
function plain(template: Template, id: string, property: string): string | undefined {
  const value = memberOf(template.Resources, id)?.Properties?.[property];
  return typeof value === 'string' ? value : undefined;
}
