/** Who may do what over the API, by policy. Read live, as groups are: taking somebody out of a list takes the right away at once. */
import type { Caller } from '../promotion/actor.ts';
import type { Permission, Policy } from './policy.ts';

/** By which permissions each is had. Whoever may do anything may look. */
const hadBy: Readonly<Record<Permission, readonly Permission[]>> = {
  viewer: ['viewer', 'requester', 'approver', 'operator', 'admin'],
  requester: ['requester', 'operator', 'admin'],
  approver: ['approver', 'admin'],
  operator: ['operator', 'admin'],
  admin: ['admin'],
};

const writes: Readonly<Record<string, Permission>> = {
  'POST /v1/releases': 'requester',
  'POST /v1/releases/completions': 'requester',
  'POST /v1/promotions': 'requester',
  'POST /v1/promotions/:id/retries': 'requester',
  'POST /v1/promotions/:id/approvals': 'approver',
  'POST /v1/rollbacks': 'operator',
  'POST /v1/freezes': 'operator',
  'POST /v1/freezes/:id/lifts': 'operator',
  'POST /v1/stops': 'operator',
  'POST /v1/stops/:id/lifts': 'operator',
  'POST /v1/holds': 'operator',
  'POST /v1/holds/:id/lifts': 'operator',
  'POST /v1/sessions': 'operator',
  'POST /v1/diagnoses': 'operator',
  'POST /v1/targets/:target/decoded-messages': 'operator',
};

/** What a route wants: `GET /v1/promotions/:id` is a look. Whatever is not known to want less wants an administrator. */
export function permissionFor(route: string): Permission {
  if (/^(GET|HEAD) /.test(route)) return 'viewer';
  return Object.hasOwn(writes, route) ? (writes[route] as Permission) : 'admin';
}

/**
 * Whether a caller has a permission. As long as no policy gives any, IAM alone decides, and who comes with a token has none: a token
 * carries nothing that says which requests it is for. So `*` is every IAM identity, and holders of tokens are named one by one: the issuer
 * gives tokens to whoever asks it.
 */
export function isPermitted({ kind, actor }: Caller, permission: Permission, policies: readonly Policy[]): boolean {
  const given = policies.flatMap(({ permissions }) => permissions ?? []);
  if (given.length === 0) return kind === 'iam';
  return hadBy[permission].some((one) =>
    given.some(({ [one]: members = [] }) => members.includes(actor) || (kind === 'iam' && members.includes('*'))),
  );
}

/** True where policies give permissions and nobody could ever change them again. */
export function locksEverybodyOut(policies: readonly Policy[]): boolean {
  const given = policies.flatMap(({ permissions }) => permissions ?? []);
  return given.length > 0 && given.every(({ admin }) => admin === undefined);
}
