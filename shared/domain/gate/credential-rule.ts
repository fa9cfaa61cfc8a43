/** GATE_STATIC_CREDENTIAL: resources that are credentials, or ways in that need none of the roles. */
import { isObject, type Json } from '../template/template.ts';
import type { DeclaredResource } from './declared-resources.ts';
import type { Objection } from './finding.ts';
import { asWritten } from './policy-statements.ts';

/** Everything else of AWS::IAM makes or serves users, groups, keys or identity providers, also what AWS may add to it. */
const harmless = [
  'AWS::IAM::Role',
  'AWS::IAM::Policy',
  'AWS::IAM::RolePolicy',
  'AWS::IAM::ManagedPolicy',
  'AWS::IAM::InstanceProfile',
  'AWS::IAM::ServiceLinkedRole',
  'AWS::IAM::ServerCertificate',
];

/** A type that is not written in plain text could be any of them, so it is refused too. */
export function credentialObjections({ type, path, declaration }: DeclaredResource): Objection[] {
  const at = [...path, 'Type'];
  if (type === undefined) return [unknownType(path, isObject(declaration) ? declaration['Type'] : undefined)];
  if (type.startsWith('AWS::IAM::') && !harmless.includes(type))
    return [
      objection(at, {
        what: `${type} is or carries a static credential.`,
        next: 'Take it out; use a role, which has no keys.',
      }),
    ];
  if (type.startsWith('AWS::RolesAnywhere::'))
    return [
      objection(at, {
        what: `${type} lets certificates stand for roles.`,
        next: 'Take it out; certificates are static credentials.',
      }),
    ];
  return [];
}

function unknownType(path: Objection['path'], written: Json | undefined): Objection {
  const next = 'Write each resource out with its type.';
  if (written === undefined) return objection(path, { what: 'The resource has no type that can be read.', next });
  const what = `The type ${asWritten(written)} is composed, so it can become an IAM user or key.`;
  return objection([...path, 'Type'], { what, next });
}

function objection(path: Objection['path'], { what, next }: { what: string; next: string }): Objection {
  return { code: 'GATE_STATIC_CREDENTIAL', path, what, next };
}
