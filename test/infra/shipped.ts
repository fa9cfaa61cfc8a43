/** The templates that are shipped, and every policy document in them with its use. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { PolicyUse } from '#shared/domain/iam/parse-statement.ts';
import { parseTemplate } from '#shared/domain/template/parse.ts';
import type { Json, Template } from '#shared/domain/template/template.ts';
import { ensurePackaged } from '../../scripts/package.mjs';
import { holds, resolveProperties, type Values } from './intrinsics.ts';

export const root = fileURLToPath(new URL('../../', import.meta.url));

export const standalone = [
  'accounts/account.yml',
  'accounts/ci-oidc.yml',
  'accounts/region.yml',
  'accounts/guardrails/scp.yml',
  'infra/artifacts-region.yml',
] as const;

export function read(path: string): Template {
  const parsed = parseTemplate(readFileSync(path.startsWith('/') ? path : `${root}${path}`, 'utf8'));
  if (parsed.kind === 'invalid') throw new Error(`${path}:${parsed.line}:${parsed.column} ${parsed.message}`);
  return parsed.template;
}

export async function packaged(): Promise<Template> {
  return read((await ensurePackaged()).template);
}

const orchestrator = '111111111111';
export const orchestratorRole = `arn:aws:iam::${orchestrator}:role/drawbridge-orchestrator`;

/** The orchestrator account of a small organization. */
export const home: Values = {
  'AWS::Partition': 'aws',
  'AWS::Region': 'eu-west-1',
  'AWS::AccountId': orchestrator,
  OrganizationId: '',
  TargetAccounts: ['222222222222', '333333333333'],
  TokenIssuer: 'https://login.example.org',
  TokenAudience: 'drawbridge',
  TokenScope: '',
  GitHubSecret: 'drawbridge/github',
  GitHubApi: 'https://api.github.com',
};

/** One target account of it. */
export const target: Values = {
  'AWS::Partition': 'aws',
  'AWS::Region': 'eu-west-1',
  'AWS::AccountId': '222222222222',
  OrchestratorRoleArn: orchestratorRole,
  ExternalId: 'f3b1c0de',
  EventBusArn: `arn:aws:events:eu-west-1:${orchestrator}:event-bus/drawbridge`,
  ArtifactsBucketPrefix: `drawbridge-artifacts-${orchestrator}`,
  OrganizationId: '',
  StackPrefix: 'orders-*',
  ExecutionPolicyArns: ['arn:aws:iam::aws:policy/PowerUserAccess'],
  TargetIds: ['ou-abcd-11111111'],
};

/** One repository's jobs, beside the orchestrator. */
export const ciJobs: Values = {
  'AWS::Partition': 'aws',
  'AWS::Region': 'eu-west-1',
  'AWS::AccountId': orchestrator,
  Repository: 'acme/orders',
  RepositoryId: '424242',
  OwnerId: '',
  Environment: 'production',
  ApiId: 'a1b2c3d4e5',
  RoleName: 'drawbridge-ci',
  CreateProvider: 'true',
};

export interface ShippedPolicy {
  /** `<logical id> <policy name>`. */
  readonly name: string;
  readonly logicalId: string;
  readonly use: PolicyUse;
  readonly document: Json;
}

/** Every policy document of the resources that exist under the given parameters. Attributes of resources become ARNs of that name. */
export function policiesOf(template: Template, values: Values): ShippedPolicy[] {
  return Object.entries(template.Resources)
    .filter(([, { Condition }]) => holds(template, Condition, values))
    .flatMap(([logicalId, { Type }]) => {
      const properties = named(resolveProperties(template, logicalId, values)) as Record<string, Json>;
      const policy = (use: PolicyUse, document: Json | undefined, name = '') =>
        document === undefined ? [] : [{ name: `${logicalId} ${use}${name}`, logicalId, use, document }];
      switch (Type) {
        case 'AWS::IAM::Role': {
          const inline = (properties['Policies'] ?? []) as { PolicyName: string; PolicyDocument: Json }[];
          return [
            ...policy('trust', properties['AssumeRolePolicyDocument']),
            ...inline.flatMap((one) => policy('identity', one.PolicyDocument, ` ${one.PolicyName}`)),
          ];
        }
        case 'AWS::IAM::Policy':
        case 'AWS::IAM::ManagedPolicy':
          return policy('identity', properties['PolicyDocument']);
        case 'AWS::S3::BucketPolicy':
          return policy('resource', properties['PolicyDocument']);
        case 'AWS::KMS::Key':
          return policy('resource', properties['KeyPolicy']);
        case 'AWS::Events::EventBusPolicy':
          return policy('resource', { Version: '2012-10-17', Statement: [properties['Statement'] ?? null] });
        case 'AWS::Organizations::Policy':
          return policy('identity', properties['Content']);
        default:
          return [];
      }
    });
}

/** `<Ledger.Arn>` stands for an ARN that only AWS knows. */
function named(value: Json): Json {
  const text = JSON.stringify(value).replace(/<([A-Za-z]+)(?:\.Arn)?>/g, 'arn:aws:test:eu-west-1:111111111111:$1');
  return JSON.parse(text) as Json;
}
